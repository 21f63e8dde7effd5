// SPDX-License-Identifier: Apache-2.0
// virga-agent's part of the configuration file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "network/host/host_network.h"

namespace virga::agent {

struct Config {
  std::string state_directory = "/var/lib/virga";
  std::string control_plane_host = "127.0.0.1";
  std::uint16_t control_plane_port = 8775;
  std::string hypervisor = "libvirt";  ///< or "fake": instances in memory, for tests
  std::string libvirt_uri = "qemu:///system";
  std::string virt_type = "auto";  ///< "auto" proves KVM; or "kvm", "qemu"
  std::string qemu_program = "/usr/bin/qemu-system-x86_64";
  std::string qemu_user = "libvirt-qemu";
  std::string metadata_program;       ///< empty: virga-metadata beside this program
  std::string address = "127.0.0.1";  ///< of this host, as shown to administrators
  std::string log_file;               ///< empty: standard error
  std::string log_level = "info";
  std::int64_t shutdown_grace_s = 60;  ///< a guest gets this long to power itself off
  std::vector<network::PhysicalNetwork> physical_networks;

  std::string identity() const { return state_directory + "/agent"; }
};

/// @throws Error{invalid} naming the key that is wrong
Config load_config(const std::string& path);

}  // namespace virga::agent
