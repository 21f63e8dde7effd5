// SPDX-License-Identifier: Apache-2.0
// Frames by hand, and taps opened the way QEMU opens them: a guest's network card for tests.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <string>

#include "common/file.h"
#include "network/plan/ipv4.h"

namespace virga::lab {

inline std::string bytes_of_mac(const std::string& mac) {
  std::string out;
  for (std::size_t i = 0; i + 1 < mac.size(); i += 3)
    out += static_cast<char>(std::stoi(mac.substr(i, 2), nullptr, 16));
  return out;
}

inline std::string be16(unsigned value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}

inline std::string be32(std::uint32_t value) {
  return be16(value >> 16U) + be16(value & 0xffffU);
}

inline std::string ip(const std::string& address) {
  return be32(*network::parse_ipv4(address));
}

inline std::string ethernet(const std::string& to, const std::string& from, unsigned type,
                            const std::string& payload) {
  return bytes_of_mac(to) + bytes_of_mac(from) + be16(type) + payload;
}

/// The payload of an ARP frame; operation 1 asks, 2 answers.
inline std::string arp(unsigned operation, const std::string& mac, const std::string& address,
                       const std::string& target) {
  return be16(1) + be16(0x0800) + std::string("\x06\x04", 2) + be16(operation) + bytes_of_mac(mac) +
         ip(address) + std::string(6, '\0') + ip(target);
}

inline std::string udp(const std::string& from, unsigned from_port, const std::string& to,
                       unsigned to_port, const std::string& payload) {
  const auto size = static_cast<unsigned>(payload.size());
  std::string header = std::string("\x45\x00", 2) + be16(28 + size) + be32(0) +
                       std::string("\x40\x11", 2) + be16(0) + ip(from) + ip(to);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < header.size(); i += 2)
    sum +=
        (static_cast<unsigned char>(header[i]) << 8U) | static_cast<unsigned char>(header[i + 1]);
  while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
  header.replace(10, 2, be16(~sum & 0xffffU));
  return header + be16(from_port) + be16(to_port) + be16(8 + size) + be16(0) + payload;
}

/// A DHCP message of a client; `type` 1 is DISCOVER, 3 REQUEST.
inline std::string dhcp(unsigned type, const std::string& mac, const std::string& wanted = "",
                        const std::string& server = "") {
  std::string out = std::string("\x01\x01\x06\x00", 4) + be32(0x12345678) + be32(0x00008000) +
                    std::string(16, '\0') + bytes_of_mac(mac) + std::string(10 + 192, '\0') +
                    be32(0x63825363) + std::string("\x35\x01", 2) + static_cast<char>(type);
  if (!wanted.empty()) out += std::string("\x32\x04", 2) + ip(wanted);
  if (!server.empty()) out += std::string("\x36\x04", 2) + ip(server);
  out += std::string("\x37\x05\x01\x03\x06\x1a\x79", 7) + '\xff';
  return out + std::string(60, '\0');
}

/// An open tap. Frames go through the same file descriptor that QEMU would hold.
class Card {
 public:
  explicit Card(const std::string& device) : fd_(open_file("/dev/net/tun", O_RDWR | O_NONBLOCK)) {
    ifreq request{};
    std::strncpy(request.ifr_name, device.c_str(), IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    if (::ioctl(fd_.get(), TUNSETIFF, &request) != 0)
      ADD_FAILURE() << device << ": " << std::strerror(errno);
  }

  int fd() const { return fd_.get(); }

  void send(const std::string& frame) const {
    const std::string whole = std::string(kHeader, '\0') + frame;
    EXPECT_EQ(::write(fd_.get(), whole.data(), whole.size()), static_cast<ssize_t>(whole.size()));
  }

  /// The first frame that `wanted` accepts; others are dropped. Empty: none came.
  std::string receive(const std::function<bool(const std::string&)>& wanted,
                      std::chrono::milliseconds limit = std::chrono::seconds(5)) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd fd{fd_.get(), POLLIN, 0};
      if (left.count() <= 0 || ::poll(&fd, 1, static_cast<int>(left.count())) <= 0) return {};
      char buffer[65536];
      const ssize_t n = ::read(fd_.get(), buffer, sizeof buffer);
      if (n <= static_cast<ssize_t>(kHeader)) continue;
      std::string frame(buffer + kHeader, static_cast<std::size_t>(n) - kHeader);
      if (wanted(frame)) return frame;
    }
  }

  /// Sends the frame, again every 100 ms, until `wanted` comes in at `at`. A bridge forwards for a
  /// card only some time after it was opened.
  std::string send_until(const std::string& frame, const Card& at,
                         const std::function<bool(const std::string&)>& wanted) const {
    constexpr int kTries = 50;
    for (int i = 0; i < kTries; ++i) {
      send(frame);
      std::string found = at.receive(wanted, std::chrono::milliseconds(100));
      if (!found.empty()) return found;
    }
    return {};
  }

 private:
  static constexpr std::size_t kHeader = 10;  // struct virtio_net_hdr
  UniqueFd fd_;
};

}  // namespace virga::lab
