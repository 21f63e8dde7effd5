// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/tap.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/error.h"
#include "common/file.h"
#include "network/plan/rules.h"

namespace virga::network {
namespace {

void control(const UniqueFd& fd, unsigned long request, unsigned long value,
             const std::string& what) {
  if (::ioctl(fd.get(), request, value) != 0) throw_errno(what, errno);
}

}  // namespace

Link create_tap(Netlink& netlink, const NewTap& tap) {
  const UniqueFd fd = open_file("/dev/net/tun", O_RDWR);
  ifreq request{};
  std::strncpy(request.ifr_name, tap.name.c_str(), IFNAMSIZ - 1);
  // The flags that libvirt attaches with; one queue, so that any QEMU may open it.
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) throw_errno("create tap " + tap.name, errno);

  const int index = netlink.link(tap.name).index;
  netlink.change(index, {.mac = tap.mac, .alias = tap.alias, .mtu = tap.mtu, .group = kGuestGroup});
  disable_ipv6(tap.name);
  control(fd, TUNSETOWNER, tap.owner, "set owner of " + tap.name);
  control(fd, TUNSETPERSIST, 1, "keep tap " + tap.name);
  return netlink.link(tap.name);
}

void disable_ipv6(const std::string& device) {
  const std::string path = "/proc/sys/net/ipv6/conf/" + device + "/disable_ipv6";
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return;
  if (!fd) throw_errno("open " + path, errno);
  write_all(fd.get(), "1");
}

}  // namespace virga::network
