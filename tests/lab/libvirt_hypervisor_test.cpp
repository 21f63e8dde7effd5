// SPDX-License-Identifier: Apache-2.0
// The libvirt hypervisor against the libvirtd of this machine. Needs root, libvirtd and virtlogd
// with Debian's configuration. libvirtd is killed and started again on the way.
#include <gtest/gtest.h>
#include <libvirt/libvirt.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/cptr.h"
#include "common/error.h"
#include "common/file.h"
#include "common/random.h"
#include "common/subprocess.h"
#include "compute-agent/domain_xml/domain_xml.h"
#include "compute-agent/hypervisor.h"

namespace virga::agent {
namespace {

using model::PowerState;
using namespace std::chrono_literals;

const std::string kUri = "qemu:///system";
const std::string kLibvirtdPid = "/run/libvirtd.pid";

using Connection = CPtr<virConnect, virConnectClose>;
using Domain = CPtr<virDomain, virDomainFree>;

pid_t read_pid(const std::string& path) {
  pid_t pid = 0;
  std::ifstream(path) >> pid;
  return pid;
}

// A boot sector that powers the machine off through ACPI: q35 has PM1a_CNT at 0x604.
std::string power_off_sector() {
  std::string sector("\xba\x04\x06\xb8\x00\x20\xef\xf4\xeb\xfd", 10);
  sector.resize(510, '\0');
  return sector + "\x55\xaa";
}

// A boot sector that sends back what comes over the first serial line.
std::string echo_sector() {
  std::string sector("\xba\xfd\x03\xec\xa8\x01\x74\xfb\xba\xf8\x03\xec\xee\xeb\xf1", 15);
  sector.resize(510, '\0');
  return sector + "\x55\xaa";
}

/// What a console says within the time; "" at its end or when it says nothing.
std::string hear(const UniqueFd& console, std::chrono::milliseconds limit, bool& ended) {
  pollfd wanted{console.get(), POLLIN, 0};
  if (::poll(&wanted, 1, static_cast<int>(limit.count())) <= 0) return "";
  char bytes[256];
  const ssize_t n = ::recv(console.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  ended = n <= 0;
  return {bytes, static_cast<std::size_t>(n < 0 ? 0 : n)};
}

bool ends(const UniqueFd& console) {
  bool ended = false;
  const auto late = std::chrono::steady_clock::now() + 30s;
  while (!ended && std::chrono::steady_clock::now() < late) (void)hear(console, 1s, ended);
  return ended;
}

class LibvirtHypervisor : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // as the agent does: libvirtd may go while something is sent to it
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const Connection connection(virConnectOpen(kUri.c_str()));
    const bool on_private_host = std::getenv("VIRGA_TEST_HOST") != nullptr;
    ASSERT_TRUE(connection || !on_private_host) << "no libvirtd at " << kUri;
    if (!connection) GTEST_SKIP() << "no libvirtd at " << kUri;
    directory_ = "/tmp/virga-lab-" + new_hex_id();
    make_directories(directory_, 0755);
    spec_.id = new_uuid();
    spec_.name = "virga-lab-" + spec_.id.substr(0, 8);
    spec_.title = "a <lab> & test";
    spec_.project_id = "p";
    spec_.run_epoch = 1;
    spec_.memory_mib = 64;
    spec_.root_disk = make_disk("");
    spec_.console_log = directory_ + "/console.log";
    hypervisor_ = make_libvirt_hypervisor(kUri);
    hypervisor_->on_change([this](const std::string& id) {
      const std::scoped_lock lock(mutex_);
      events_.push_back(id);
      changed_.notify_all();
    });
  }

  void TearDown() override {
    if (hypervisor_) hypervisor_->ensure_absent(spec_.id);
    hypervisor_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  /// A qcow2 disk of 1 MiB that begins with `bytes`, as the disk store leaves it.
  std::string make_disk(const std::string& bytes) {
    const std::string raw = directory_ + "/raw";
    std::ofstream(raw) << bytes;
    std::filesystem::resize_file(raw, 1 << 20);
    const std::string disk = directory_ + "/root.qcow2";
    (void)run_checked(
        {.argv = {"/usr/bin/qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", raw, disk}});
    if (const passwd* user = ::getpwnam("libvirt-qemu")) {
      EXPECT_EQ(::chown(disk.c_str(), user->pw_uid, user->pw_gid), 0);
    }
    return disk;
  }

  PowerState power() {
    const auto facts = hypervisor_->observe(spec_.id);
    return facts ? facts->power : PowerState::absent;
  }

  /// Waits for an event of `id` and then for the condition.
  bool wait_until(const std::string& id, const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 120s;
    std::unique_lock lock(mutex_);
    while (std::chrono::steady_clock::now() < end) {
      const std::size_t before = events_.size();
      const bool told = std::find(events_.begin(), events_.end(), id) != events_.end();
      lock.unlock();
      if (told && condition()) return true;
      lock.lock();
      changed_.wait_for(lock, 500ms, [&] { return events_.size() != before; });
    }
    return false;
  }

  void forget_events() {
    const std::scoped_lock lock(mutex_);
    events_.clear();
  }

  std::string directory_;
  DomainSpec spec_;
  std::unique_ptr<Hypervisor> hypervisor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
};

TEST_F(LibvirtHypervisor, KnowsItsHost) {
  const auto facts = hypervisor_->facts();
  EXPECT_GT(facts.vcpus, 0);
  EXPECT_GT(facts.memory_mib, 0);
  EXPECT_EQ(std::count(facts.version.begin(), facts.version.end(), '.'), 2);
  EXPECT_NE(facts.cpu_info.find("\"arch\":\"x86_64\""), std::string::npos);
}

TEST_F(LibvirtHypervisor, AScreenIsAnRfbServer) {
  EXPECT_THROW(hypervisor_->open_console(spec_.id, model::ConsoleKind::vnc), Error);
  hypervisor_->ensure_running(spec_);
  const UniqueFd screen = hypervisor_->open_console(spec_.id, model::ConsoleKind::vnc);
  bool ended = false;
  EXPECT_EQ(hear(screen, 30s, ended), "RFB 003.008\n");
  hypervisor_->ensure_stopped(spec_.id);
  EXPECT_TRUE(ends(screen));
  EXPECT_THROW(hypervisor_->open_console(spec_.id, model::ConsoleKind::vnc), Error);
}

TEST_F(LibvirtHypervisor, ASerialLineCarriesBytesBothWaysForOneUser) {
  spec_.root_disk = make_disk(echo_sector());
  hypervisor_->ensure_running(spec_);
  const auto answers = [](const UniqueFd& line) {
    bool ended = false;
    const auto late = std::chrono::steady_clock::now() + 60s;
    while (!ended && std::chrono::steady_clock::now() < late) {
      write_all(line.get(), "v");  // again and again: what comes before the guest is up is lost
      if (hear(line, 500ms, ended).find('v') != std::string::npos) return true;
    }
    return false;
  };
  const UniqueFd first = hypervisor_->open_console(spec_.id, model::ConsoleKind::serial);
  EXPECT_TRUE(answers(first));
  const UniqueFd second = hypervisor_->open_console(spec_.id, model::ConsoleKind::serial);
  EXPECT_TRUE(ends(first));
  EXPECT_TRUE(answers(second));
  hypervisor_->ensure_stopped(spec_.id);
  EXPECT_TRUE(ends(second));
}

TEST_F(LibvirtHypervisor, StartsObservesStopsAndRemoves) {
  EXPECT_FALSE(hypervisor_->observe(spec_.id));
  hypervisor_->ensure_stopped(spec_.id);
  hypervisor_->request_shutdown(spec_.id);
  hypervisor_->ensure_running(spec_);
  hypervisor_->ensure_running(spec_);
  auto facts = hypervisor_->observe(spec_.id);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->power, PowerState::running);
  EXPECT_EQ(facts->run_epoch, 1);
  hypervisor_->request_shutdown(spec_.id);
  hypervisor_->ensure_stopped(spec_.id);
  hypervisor_->ensure_stopped(spec_.id);
  facts = hypervisor_->observe(spec_.id);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->power, PowerState::shutoff);
  EXPECT_FALSE(facts->stopped_by_guest);
  hypervisor_->ensure_absent(spec_.id);
  hypervisor_->ensure_absent(spec_.id);
  EXPECT_FALSE(hypervisor_->observe(spec_.id));
}

TEST_F(LibvirtHypervisor, StartsANewRunOnlyWhenTheOlderEnded) {
  hypervisor_->ensure_running(spec_);
  spec_.run_epoch = 2;
  spec_.memory_mib = 72;
  try {
    hypervisor_->ensure_running(spec_);
    FAIL() << "two runs at once";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::conflict) << e.what();
  }
  hypervisor_->ensure_stopped(spec_.id);
  hypervisor_->ensure_running(spec_);
  EXPECT_EQ(hypervisor_->observe(spec_.id)->run_epoch, 2);
  const auto all = hypervisor_->list();
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [&](const auto& d) { return d.id == spec_.id; }),
            1);
}

TEST_F(LibvirtHypervisor, LeavesTheOwnerOfTheDiskAsItIs) {
  struct stat before {};
  ASSERT_EQ(::stat(spec_.root_disk.c_str(), &before), 0);
  hypervisor_->ensure_running(spec_);
  hypervisor_->ensure_stopped(spec_.id);
  struct stat after {};
  ASSERT_EQ(::stat(spec_.root_disk.c_str(), &after), 0);
  EXPECT_EQ(before.st_uid, after.st_uid);
  EXPECT_EQ(before.st_gid, after.st_gid);
  EXPECT_TRUE(std::filesystem::exists(spec_.console_log));
}

TEST_F(LibvirtHypervisor, UsesATapThatWasMadeBefore) {
  const std::string tap = "tap" + spec_.id.substr(0, 8);
  (void)run_checked({.argv = {"/sbin/ip", "tuntap", "add", "dev", tap, "mode", "tap"}});
  spec_.nics.push_back({new_uuid(), "fa:16:3e:12:34:56", tap, 1450});
  std::optional<std::string> failure;
  try {
    hypervisor_->ensure_running(spec_);
    EXPECT_EQ(power(), PowerState::running);
    hypervisor_->ensure_absent(spec_.id);
    EXPECT_TRUE(std::filesystem::exists("/sys/class/net/" + tap));
  } catch (const Error& e) {
    failure = e.what();
  }
  (void)run_checked({.argv = {"/sbin/ip", "link", "del", tap}});
  EXPECT_FALSE(failure) << *failure;
}

TEST_F(LibvirtHypervisor, SeesAGuestThatPowersItselfOff) {
  spec_.root_disk = make_disk(power_off_sector());
  hypervisor_->ensure_running(spec_);
  EXPECT_TRUE(wait_until(spec_.id, [&] { return power() == PowerState::shutoff; }));
  EXPECT_TRUE(hypervisor_->observe(spec_.id)->stopped_by_guest);
}

TEST_F(LibvirtHypervisor, SeesQemuDie) {
  hypervisor_->ensure_running(spec_);
  forget_events();
  const pid_t qemu = read_pid("/run/libvirt/qemu/" + spec_.name + ".pid");
  ASSERT_GT(qemu, 0);
  ASSERT_EQ(::kill(qemu, SIGKILL), 0);
  EXPECT_TRUE(wait_until(spec_.id, [&] { return power() != PowerState::running; }));
  const auto facts = hypervisor_->observe(spec_.id);
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->stopped_by_guest);
  EXPECT_EQ(facts->run_epoch, 1);
  hypervisor_->ensure_running(spec_);
  EXPECT_EQ(power(), PowerState::running);
}

TEST_F(LibvirtHypervisor, ReplacesAStaleDefinitionOfAnotherName) {
  DomainSpec stale = spec_;
  stale.name = spec_.name + "-old";
  {
    const Connection connection(virConnectOpen(kUri.c_str()));
    const Domain domain(virDomainDefineXML(connection.get(), domain_xml(stale).c_str()));
    ASSERT_TRUE(domain);
  }
  hypervisor_->ensure_running(spec_);
  EXPECT_EQ(power(), PowerState::running);
}

TEST_F(LibvirtHypervisor, NeverTouchesWhatIsNotOurs) {
  const std::string xml = "<domain type='qemu'><name>" + spec_.name + "-foreign</name><uuid>" +
                          spec_.id +
                          "</uuid><memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>";
  const Connection connection(virConnectOpen(kUri.c_str()));
  const Domain domain(virDomainDefineXML(connection.get(), xml.c_str()));
  ASSERT_TRUE(domain);
  EXPECT_FALSE(hypervisor_->observe(spec_.id));
  for (const auto& facts : hypervisor_->list()) EXPECT_NE(facts.id, spec_.id);
  EXPECT_THROW(hypervisor_->ensure_running(spec_), Error);
  hypervisor_->ensure_stopped(spec_.id);
  hypervisor_->ensure_absent(spec_.id);
  EXPECT_EQ(virDomainUndefine(domain.get()), 0);
}

TEST_F(LibvirtHypervisor, ComesBackWhenLibvirtdWasKilledAndStartedAgain) {
  hypervisor_->ensure_running(spec_);
  forget_events();
  const pid_t libvirtd = read_pid(kLibvirtdPid);
  ASSERT_GT(libvirtd, 0);
  ASSERT_EQ(::kill(libvirtd, SIGKILL), 0);
  try {
    for (int i = 0; i < 100; ++i) (void)hypervisor_->observe(spec_.id);
    ADD_FAILURE() << "libvirtd answers though it was killed";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::unavailable) << e.what();
  }
  (void)run_checked({.argv = {"/usr/sbin/libvirtd", "-d"}});
  EXPECT_TRUE(wait_until("", [&] { return power() == PowerState::running; }));
  EXPECT_EQ(hypervisor_->observe(spec_.id)->run_epoch, 1);
  forget_events();
  hypervisor_->ensure_stopped(spec_.id);
  EXPECT_TRUE(wait_until(spec_.id, [&] { return power() == PowerState::shutoff; }));
}

TEST_F(LibvirtHypervisor, GivesUpACallToALibvirtdThatHangs) {
  hypervisor_->ensure_running(spec_);
  const pid_t libvirtd = read_pid(kLibvirtdPid);
  ASSERT_GT(libvirtd, 0);
  ASSERT_EQ(::kill(libvirtd, SIGSTOP), 0);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THROW((void)hypervisor_->observe(spec_.id), Error);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 60s);
  forget_events();
  ASSERT_EQ(::kill(libvirtd, SIGCONT), 0);
  EXPECT_TRUE(wait_until("", [&] { return power() == PowerState::running; }));
}

}  // namespace
}  // namespace virga::agent
