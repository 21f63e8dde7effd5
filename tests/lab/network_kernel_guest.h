// SPDX-License-Identifier: Apache-2.0
// A guest played by the kernel: a network card in a namespace of its own, its frames carried to and
// from a tap of the host.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

#include "common/file.h"
#include "network/host/src/namespaces.h"
#include "network/host/src/netlink.h"
#include "tests/lab/network_guest.h"

namespace virga::lab {

class KernelGuest {
 public:
  KernelGuest(const std::string& tap, const std::string& mac, const std::string& address)
      : space_(network::ensure_namespace("lab-guest")), host_side_(tap), address_(address) {
    network::in_namespace(space_, [&] {
      inside_ = std::make_unique<Card>("eth0");
      network::Netlink netlink;
      const int index = netlink.link("eth0").index;
      netlink.change(index, {.mac = mac, .mtu = 1450, .up = true});
      netlink.add_address(index, address + "/16");
      netlink.add_address(index, "169.254.1.1/16");  // makes 169.254.169.254 a neighbour
    });
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    stop_read_ = UniqueFd(ends[0]);
    stop_write_ = UniqueFd(ends[1]);
    pump_ = std::thread([this] { pump(); });
  }

  ~KernelGuest() {
    stop_write_.reset();
    pump_.join();
    network::remove_namespace("lab-guest");
  }

  KernelGuest(const KernelGuest&) = delete;
  KernelGuest& operator=(const KernelGuest&) = delete;

  /// Body of a GET; empty when nobody answers within two seconds.
  std::string get(const std::string& path, const std::string& from = "169.254.169.254") const {
    std::string response;
    network::in_namespace(space_, [&] {
      const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const timeval limit{2, 0};
      (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      (void)::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
      sockaddr_in name{};
      name.sin_family = AF_INET;
      name.sin_addr.s_addr = htonl(*network::parse_ipv4(address_));
      EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
      name.sin_port = htons(80);
      name.sin_addr.s_addr = htonl(*network::parse_ipv4(from));
      if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return;
      write_all(fd.get(), "GET " + path + " HTTP/1.0\r\n\r\n");
      char chunk[4096];
      for (ssize_t n = 0; (n = ::recv(fd.get(), chunk, sizeof chunk, 0)) > 0;)
        response.append(chunk, static_cast<std::size_t>(n));
    });
    const auto end = response.find("\r\n\r\n");
    return end == std::string::npos ? "" : response.substr(end + 4);
  }

 private:
  void pump() const {
    const int from[2] = {inside_->fd(), host_side_.fd()};
    for (;;) {
      pollfd fds[3] = {{from[0], POLLIN, 0}, {from[1], POLLIN, 0}, {stop_read_.get(), POLLIN, 0}};
      if (::poll(fds, 3, -1) < 0 || fds[2].revents != 0) return;
      for (int i = 0; i < 2; ++i) {
        char frame[65536];
        const ssize_t n = ::read(from[i], frame, sizeof frame);
        if (n > 0) (void)!::write(from[1 - i], frame, static_cast<std::size_t>(n));
      }
    }
  }

  network::Namespace space_;
  Card host_side_;
  std::string address_;
  std::unique_ptr<Card> inside_;
  UniqueFd stop_read_, stop_write_;
  std::thread pump_;
};

}  // namespace virga::lab
