// SPDX-License-Identifier: Apache-2.0
// What libvirt alone needs to start a domain, and when domains start: the yardstick of
// `tools/bench boot`.
// usage: boot_limit create URI XML_FILE COUNT   prints the milliseconds of each virDomainCreateXML
//        boot_limit watch URI                   prints "ready", then "UUID MICROSECONDS" (real
//        time)
//                                               for each start, until its standard input ends
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace {

template <class Clock>
long long micros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch())
      .count();
}

int fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, virGetLastErrorMessage());
  return 1;
}

int create(virConnectPtr connection, const char* file, int count) {
  std::ifstream in(file);
  const std::string xml((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (int i = 0; i < count; ++i) {
    const long long start = micros<std::chrono::steady_clock>();
    const virDomainPtr domain = virDomainCreateXML(connection, xml.c_str(), 0);
    if (domain == nullptr) return fail("virDomainCreateXML");
    std::printf("%.3f\n",
                static_cast<double>(micros<std::chrono::steady_clock>() - start) / 1000.0);
    if (virDomainDestroy(domain) != 0) return fail("virDomainDestroy");
    virDomainFree(domain);
  }
  return 0;
}

int on_event(virConnectPtr, virDomainPtr domain, int event, int, void*) {
  if (event != VIR_DOMAIN_EVENT_STARTED) return 0;
  char uuid[VIR_UUID_STRING_BUFLEN] = {};
  virDomainGetUUIDString(domain, uuid);
  std::printf("%s %lld\n", uuid, micros<std::chrono::system_clock>());
  std::fflush(stdout);
  return 0;
}

int watch(virConnectPtr connection) {
  if (virConnectDomainEventRegisterAny(connection, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                       VIR_DOMAIN_EVENT_CALLBACK(on_event), nullptr, nullptr) < 0)
    return fail("virConnectDomainEventRegisterAny");
  std::puts("ready");
  std::fflush(stdout);
  std::thread([] {
    while (virEventRunDefaultImpl() == 0) {
    }
  }).detach();
  char byte = 0;
  while (::read(0, &byte, 1) > 0) {
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  virEventRegisterDefaultImpl();
  const virConnectPtr connection = virConnectOpen(argv[2]);
  if (connection == nullptr) return fail("connect");
  if (std::strcmp(argv[1], "create") == 0 && argc == 5)
    return create(connection, argv[3], std::atoi(argv[4]));
  if (std::strcmp(argv[1], "watch") == 0) return watch(connection);
  return 2;
}
