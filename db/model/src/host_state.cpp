// SPDX-License-Identifier: Apache-2.0
#include "db/model/host_state.h"

#include "common/error.h"
#include "common/hash.h"
#include "common/json.h"

namespace virga::model {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;
constexpr Length kAny{0, 4096};
constexpr Length kLong{0, 256 * 1024};

json::array strings(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

std::vector<std::string> read_strings(const json::array& values) {
  std::vector<std::string> out;
  for (const auto& value : values) {
    if (!value.is_string()) throw Error(ErrorKind::invalid, "A list must hold texts.");
    out.emplace_back(value.get_string().data(), value.get_string().size());
  }
  return out;
}

template <class T, class Read>
std::vector<T> read_list(const Fields& in, const char* key, Read read) {
  std::vector<T> out;
  for (const auto& value : in.array(key)) {
    if (!value.is_object())
      throw Error(ErrorKind::invalid, std::string("'") + key + "' must hold objects.");
    out.push_back(read(Fields(value.get_object(), key)));
  }
  return out;
}

template <class T>
json::array list_json(const std::vector<T>& values) {
  json::array out;
  for (const auto& value : values) out.push_back(to_json(value));
  return out;
}

json::object subnet_json(const Subnet& s) {
  return {{"id", s.id},
          {"cidr", s.cidr},
          {"gateway_ip", s.gateway_ip},
          {"enable_dhcp", s.enable_dhcp},
          {"dns_nameservers", strings(s.dns_nameservers)}};
}

Subnet read_subnet(const Fields& in) {
  Subnet s;
  s.id = in.string("id");
  s.cidr = in.string("cidr");
  s.gateway_ip = in.string("gateway_ip", kAny);
  s.enable_dhcp = in.boolean("enable_dhcp", true);
  s.dns_nameservers = read_strings(in.array("dns_nameservers"));
  return s;
}

json::object port_json(const Port& p) {
  json::array ips;
  for (const auto& ip : p.fixed_ips)
    ips.push_back(json::object{{"subnet_id", ip.subnet_id}, {"address", ip.address}});
  return {{"id", p.id},   {"network_id", p.network_id}, {"device_id", p.device_id},
          {"mac", p.mac}, {"position", p.position},     {"fixed_ips", std::move(ips)}};
}

Port read_port(const Fields& in) {
  Port p;
  p.id = in.string("id");
  p.network_id = in.string("network_id");
  p.device_id = in.string("device_id", kAny);
  p.mac = in.string("mac");
  p.position = in.integer("position", 0, kMost);
  p.fixed_ips = read_list<FixedIp>(in, "fixed_ips", [](const Fields& ip) {
    return FixedIp{ip.string("subnet_id"), ip.string("address")};
  });
  return p;
}

json::object network_json(const DesiredNetwork& n) {
  json::array subnets;
  for (const auto& s : n.subnets) subnets.push_back(subnet_json(s));
  return {{"id", n.id},
          {"name", n.name},
          {"physical_network", n.physical_network},
          {"mtu", n.mtu},
          {"subnets", std::move(subnets)},
          {"dhcp_port", port_json(n.dhcp_port)}};
}

DesiredNetwork read_network(const Fields& in) {
  DesiredNetwork n;
  n.id = in.string("id");
  n.name = in.string("name", kAny);
  n.physical_network = in.string("physical_network", kAny);
  n.mtu = in.integer("mtu", 68, 65535);
  n.subnets = read_list<Subnet>(in, "subnets", read_subnet);
  n.dhcp_port = read_port(in.object("dhcp_port"));
  return n;
}

json::object disks_json(const RootDisks& d) {
  return {{"number", d.number}, {"copy_of", d.copy_of}, {"kept", d.kept}};
}

RootDisks read_disks(const Fields& in) {
  RootDisks d;
  d.number = in.integer("number", 1, kMost);
  d.copy_of = in.integer("copy_of", 0, kMost);
  d.kept = in.integer("kept", 0, kMost);
  return d;
}

json::object rescue_json(const RescueImage& r) {
  return {{"id", r.id},
          {"digest", r.digest},
          {"format", r.format},
          {"size", r.size},
          {"virtual_size", r.virtual_size}};
}

RescueImage read_rescue(const Fields& in) {
  RescueImage r;
  r.id = in.string("id", kAny);
  r.digest = in.string("digest", kAny);
  r.format = in.string("format", kAny);
  r.size = in.integer("size", 0, kMost);
  r.virtual_size = in.integer("virtual_size", 0, kMost);
  return r;
}

json::object instance_json(const DesiredInstance& d) {
  const Instance& i = d.instance;
  json::object metadata;
  for (const auto& [key, value] : i.metadata) metadata[key] = value;
  json::array ports;
  for (const auto& p : d.ports) ports.push_back(port_json(p));
  return {{"id", i.id},
          {"number", i.number},
          {"project_id", i.project_id},
          {"user_id", i.user_id},
          {"name", i.name},
          {"hostname", i.hostname},
          {"image_id", i.image_id},
          {"key_name", i.key_name},
          {"public_key", i.public_key},
          {"user_data", to_base64(i.user_data)},
          {"config_drive", i.config_drive},
          {"metadata", std::move(metadata)},
          {"flavor_name", i.flavor_name},
          {"vcpus", i.vcpus},
          {"memory_mib", i.memory_mib},
          {"disk_gib", i.disk_gib},
          {"created_us", i.created_us},
          {"generation", i.generation},
          {"wish", name_of(i.wish)},
          {"verb", name_of(i.verb)},
          {"run_epoch", i.run_epoch},
          {"disks", disks_json(i.disks)},
          {"rescue", rescue_json(i.rescue)},
          {"availability_zone", d.availability_zone},
          {"image_digest", i.image_digest},
          {"image_format", i.image_format},
          {"image_size", i.image_size},
          {"image_virtual_size", i.image_virtual_size},
          {"ports", std::move(ports)}};
}

void read_identity(const Fields& in, Instance& i) {
  i.id = in.string("id");
  i.number = in.integer("number", 0, kMost);
  i.project_id = in.string("project_id", kAny);
  i.user_id = in.string("user_id", kAny);
  i.name = in.string("name", kAny);
  i.hostname = in.string("hostname", kAny);
  i.image_id = in.string("image_id", kAny);
  i.key_name = in.string("key_name", kAny);
  i.public_key = in.string("public_key", kLong);
  const auto user_data = from_base64(in.string("user_data", kLong));
  if (!user_data) throw Error(ErrorKind::invalid, "'user_data' is not base64.");
  i.user_data = *user_data;
  for (const auto& member : in.object("metadata").raw())
    i.metadata[member.key()] = in.object("metadata").string(member.key(), kAny);
}

DesiredInstance read_instance(const Fields& in) {
  DesiredInstance d;
  Instance& i = d.instance;
  read_identity(in, i);
  i.config_drive = in.boolean("config_drive", false);
  i.flavor_name = in.string("flavor_name", kAny);
  i.vcpus = in.integer("vcpus", 1, kMost);
  i.memory_mib = in.integer("memory_mib", 1, kMost);
  i.disk_gib = in.integer("disk_gib", 0, kMost);
  i.created_us = in.integer("created_us", 0, kMost);
  i.generation = in.integer("generation", 0, kMost);
  i.wish = power_wish_named(in.string("wish"));
  i.verb = power_verb_named(in.string("verb"));
  i.run_epoch = in.integer("run_epoch", 0, kMost);
  i.disks = read_disks(in.object("disks"));
  i.rescue = read_rescue(in.object("rescue"));
  d.availability_zone = in.string("availability_zone", kAny);
  i.image_digest = in.string("image_digest", kAny);
  i.image_format = in.string("image_format", kAny);
  i.image_size = in.integer("image_size", 0, kMost);
  i.image_virtual_size = in.integer("image_virtual_size", 0, kMost);
  d.ports = read_list<Port>(in, "ports", read_port);
  return d;
}

/// A text of another program as a message carries it: bounded, and nothing but ASCII.
std::string plain(const std::string& text) {
  std::string out = text.substr(0, 2048);
  for (char& c : out)
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = '?';
  return out;
}

json::object observed_json(const ObservedInstance& o) {
  return {{"id", o.id},
          {"generation", o.generation},
          {"run_epoch", o.run_epoch},
          {"disk", o.disk},
          {"power", name_of(o.power)},
          {"stopped_by_guest", o.stopped_by_guest},
          {"step", o.step},
          {"last_error", plain(o.last_error)},
          {"permanent", o.permanent},
          {"attempts", o.attempts},
          {"next_try_us", o.next_try_us}};
}

ObservedInstance read_observed(const Fields& in) {
  ObservedInstance o;
  o.id = in.string("id", {36, 36});
  o.generation = in.integer("generation", 0, kMost);
  o.run_epoch = in.integer("run_epoch", 0, kMost);
  o.disk = in.integer("disk", 0, kMost);
  o.power = power_state_named(in.string("power"));
  o.stopped_by_guest = in.boolean("stopped_by_guest", false);
  o.step = in.string("step", {0, 32});
  o.last_error = in.string("last_error", kAny);
  o.permanent = in.boolean("permanent", false);
  o.attempts = in.integer("attempts", 0, kMost);
  o.next_try_us = in.integer("next_try_us", 0, kMost);
  return o;
}

constexpr std::size_t kMostStrays = 1000;  // more say no more than that something is very wrong

json::value strays_json(const ObservedHost& observed) {
  if (!observed.strays) return nullptr;
  json::array out;
  for (const auto& id : *observed.strays)
    if (out.size() < kMostStrays) out.push_back(json::string(id));
  return out;
}

std::vector<std::string> read_strays(const json::array& list) {
  if (list.size() > kMostStrays) throw Error(ErrorKind::invalid, "There are too many strays.");
  std::vector<std::string> out;
  for (const auto& id : list) {
    if (!id.is_string() || id.get_string().empty() || id.get_string().size() > 64)
      throw Error(ErrorKind::invalid, "A stray must be named by an id.");
    out.emplace_back(id.get_string());
  }
  return out;
}

}  // namespace

json::object to_json(const DesiredHost& desired) {
  json::array networks;
  for (const auto& n : desired.networks) networks.push_back(network_json(n));
  json::array instances;
  for (const auto& i : desired.instances) instances.push_back(instance_json(i));
  return {{"revision", desired.revision},
          {"host_id", desired.host_id},
          {"networks", std::move(networks)},
          {"instances", std::move(instances)},
          {"prefetch", list_json(desired.prefetch)},
          {"drop", list_json(desired.drop)},
          {"snapshots", list_json(desired.snapshots)}};
}

DesiredHost desired_host_from(const json::object& object) {
  const Fields in(object, "desired");
  DesiredHost desired;
  desired.revision = in.integer("revision", 0, kMost);
  desired.host_id = in.string("host_id");
  desired.networks = read_list<DesiredNetwork>(in, "networks", read_network);
  desired.instances = read_list<DesiredInstance>(in, "instances", read_instance);
  desired.prefetch = read_list<DesiredBase>(in, "prefetch", desired_base_from);
  desired.drop = read_list<DesiredBase>(in, "drop", desired_base_from);
  desired.snapshots = read_list<DesiredSnapshot>(in, "snapshots", desired_snapshot_from);
  return desired;
}

json::object to_json(const ObservedHost& observed) {
  json::array instances;
  for (const auto& i : observed.instances) instances.push_back(observed_json(i));
  return {{"revision", observed.revision},
          {"agent_version", observed.agent_version},
          {"vcpus", observed.vcpus},
          {"memory_mib", observed.memory_mib},
          {"disk_gib", observed.disk_gib},
          {"address", observed.address},
          {"virt_type", observed.virt_type},
          {"hypervisor_version", observed.hypervisor_version},
          {"cpu_info", observed.cpu_info},
          {"booted_us", observed.booted_us},
          {"load_average", observed.load_average},
          {"users", observed.users},
          {"instances", std::move(instances)},
          {"snapshots", list_json(observed.snapshots)},
          {"bases", observed.bases ? json::value(list_json(*observed.bases)) : json::value()},
          {"strays", strays_json(observed)}};
}

ObservedHost observed_host_from(const json::object& object) {
  const Fields in(object, "observed");
  ObservedHost o;
  o.revision = in.integer("revision", 0, kMost);
  o.agent_version = in.string("agent_version", {0, 64});
  o.vcpus = in.integer("vcpus", 0, 1 << 20);
  o.memory_mib = in.integer("memory_mib", 0, kMost);
  o.disk_gib = in.integer("disk_gib", 0, kMost);
  o.address = in.string("address", {0, 64});
  o.virt_type = in.string("virt_type", {0, 16});
  o.hypervisor_version = in.string("hypervisor_version", {0, 64});
  o.cpu_info = in.string("cpu_info", {0, 65536});
  o.booted_us = in.integer("booted_us", 0, kMost);
  o.load_average = in.string("load_average", {0, 64});
  o.users = in.integer("users", 0, 1 << 20);
  o.instances = read_list<ObservedInstance>(in, "instances", read_observed);
  o.snapshots = read_list<ObservedSnapshot>(in, "snapshots", observed_snapshot_from);
  if (in.present("bases") || !in.has("bases"))
    o.bases = read_list<ObservedBase>(in, "bases", observed_base_from);
  if (in.present("strays") || !in.has("strays")) o.strays = read_strays(in.array("strays"));
  return o;
}

}  // namespace virga::model
