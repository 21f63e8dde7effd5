// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/config.h"

#include <charconv>

#include "common/error.h"
#include "common/yaml_config.h"

namespace virga::agent {
namespace {

void read_control_plane(const std::string& text, Config& c) {
  if (text.empty()) return;
  const std::size_t colon = text.rfind(':');
  unsigned port = 0;
  if (colon != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [at, failure] = std::from_chars(text.data() + colon + 1, end, port);
    if (failure != std::errc{} || at != end) port = 0;
  }
  if (colon == 0 || port == 0 || port > 65535)
    throw Error(ErrorKind::invalid, "agent.control_plane must be HOST:PORT, not '" + text + "'.");
  c.control_plane_host = text.substr(0, colon);
  c.control_plane_port = static_cast<std::uint16_t>(port);
}

std::string one_of(const std::string& value, const char* key,
                   std::initializer_list<const char*> allowed) {
  for (const char* word : allowed)
    if (value == word) return value;
  throw Error(ErrorKind::invalid, std::string("agent.") + key + " cannot be '" + value + "'.");
}

}  // namespace

Config load_config(const std::string& path) {
  const YamlConfig file = YamlConfig::load(path);
  for (const char* other : {"region", "control", "api", "agent_link", "images"}) file.ignore(other);
  const YamlConfig in = file.section("agent");
  Config c;
  c.state_directory = in.string("state_directory", c.state_directory);
  read_control_plane(in.string("control_plane", ""), c);
  c.hypervisor = one_of(in.string("hypervisor", c.hypervisor), "hypervisor", {"libvirt", "fake"});
  c.libvirt_uri = in.string("libvirt_uri", c.libvirt_uri);
  c.virt_type = one_of(in.string("virt_type", c.virt_type), "virt_type", {"auto", "kvm", "qemu"});
  c.qemu_program = in.string("qemu_program", c.qemu_program);
  c.qemu_user = in.string("qemu_user", c.qemu_user);
  c.metadata_program = in.string("metadata_program", "");
  c.address = in.string("address", c.address);
  c.log_file = in.string("log_file", "");
  c.log_level = in.string("log_level", c.log_level);
  c.shutdown_grace_s = in.integer("shutdown_grace_s", c.shutdown_grace_s, 1, 86'400);
  for (const auto& network : in.list("physical_networks"))
    c.physical_networks.push_back({network.string("name", ""), network.string("bridge", ""),
                                   network.boolean("create", false),
                                   network.string("host_address", "")});
  file.check();
  return c;
}

}  // namespace virga::agent
