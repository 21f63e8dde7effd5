// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/domain_xml/domain_xml.h"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "common/error.h"

namespace virga::agent {
namespace {

using Node = pugi::xml_node;

// Free PCI Express slots for disks and interfaces that are added later.
constexpr std::size_t kSpareRootPorts = 8;
// Serial bus, balloon, random numbers: virtio devices that every instance has.
constexpr std::size_t kFixedDevices = 3;

Node child(Node parent, const char* name) {
  return parent.append_child(name);
}

void set(Node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

Node text(Node parent, const char* name, const std::string& value) {
  Node node = child(parent, name);
  node.text().set(value.c_str());
  return node;
}

// XML 1.0 has no way to write most control characters, not even as references.
void require_text(const std::string& value, const char* what) {
  const bool bad = std::any_of(value.begin(), value.end(),
                               [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (bad) throw Error(ErrorKind::invalid, std::string("The ") + what + " has control characters.");
}

void require_valid(const DomainSpec& spec) {
  if (spec.virt_type != "kvm" && spec.virt_type != "qemu")
    throw Error(ErrorKind::invalid, "'" + spec.virt_type + "' is not a virtualisation type.");
  if (spec.vcpus < 1 || spec.memory_mib < 1)
    throw Error(ErrorKind::invalid, "Instance " + spec.id + " has no CPU or no memory.");
  if (spec.root_disk.empty())
    throw Error(ErrorKind::invalid, "Instance " + spec.id + " has no root disk.");
  require_text(spec.id, "instance's id");
  require_text(spec.name, "instance's name");
  require_text(spec.title, "instance's title");
  require_text(spec.project_id, "instance's project");
  for (const auto& nic : spec.nics) require_text(nic.mac + nic.tap + nic.port_id, "interface");
}

void add_metadata(Node domain, const DomainSpec& spec) {
  Node instance = child(child(domain, "metadata"), "virga:instance");
  set(instance, "xmlns:virga", kMetadataNamespace);
  text(instance, "virga:run_epoch", std::to_string(spec.run_epoch));
  text(instance, "virga:disk", std::to_string(spec.disk));
  text(instance, "virga:project", spec.project_id);
}

void add_size(Node domain, const DomainSpec& spec) {
  set(text(domain, "memory", std::to_string(spec.memory_mib)), "unit", "MiB");
  set(text(domain, "currentMemory", std::to_string(spec.memory_mib)), "unit", "MiB");
  set(text(domain, "vcpu", std::to_string(spec.vcpus)), "placement", "static");
}

void add_entry(Node parent, const char* name, const std::string& value) {
  set(text(parent, "entry", value), "name", name);
}

// What guests find in DMI. cloud-init takes the metadata service for OpenStack's when the chassis
// says so.  Source: cloud-init, ds-identify, dscheck_OpenStack.
void add_sysinfo(Node domain, const DomainSpec& spec) {
  Node sysinfo = child(domain, "sysinfo");
  set(sysinfo, "type", "smbios");
  Node system = child(sysinfo, "system");
  add_entry(system, "manufacturer", "Virga");
  add_entry(system, "product", "Virga Instance");
  add_entry(system, "serial", spec.id);
  add_entry(system, "uuid", spec.id);
  Node chassis = child(sysinfo, "chassis");
  add_entry(chassis, "manufacturer", "Virga");
  add_entry(chassis, "asset", "OpenStack Compute");
}

void add_machine(Node domain) {
  Node os = child(domain, "os");
  Node type = text(os, "type", "hvm");
  set(type, "arch", "x86_64");
  set(type, "machine", "q35");
  set(child(os, "smbios"), "mode", "sysinfo");
  Node features = child(domain, "features");
  child(features, "acpi");
  child(features, "apic");
  set(child(features, "vmport"), "state", "off");
}

void add_cpu(Node domain, const DomainSpec& spec) {
  Node cpu = child(domain, "cpu");
  // Emulation offers all that it can: the default model lacks what distributions of today need.
  set(cpu, "mode", spec.virt_type == "kvm" ? "host-passthrough" : "maximum");
  // One socket: some guests use no more than two.
  Node topology = child(cpu, "topology");
  set(topology, "sockets", "1");
  set(topology, "dies", "1");
  set(topology, "cores", std::to_string(spec.vcpus));
  set(topology, "threads", "1");
}

void add_timer(Node clock, const char* name, const char* key, const char* value) {
  Node timer = child(clock, "timer");
  set(timer, "name", name);
  set(timer, key, value);
}

void add_clock_and_life(Node domain, const DomainSpec& spec) {
  Node clock = child(domain, "clock");
  set(clock, "offset", "utc");
  add_timer(clock, "rtc", "tickpolicy", "catchup");
  add_timer(clock, "pit", "tickpolicy", "delay");
  add_timer(clock, "hpet", "present", "no");
  if (spec.virt_type == "kvm") add_timer(clock, "kvmclock", "present", "yes");
  text(domain, "on_poweroff", "destroy");
  text(domain, "on_reboot", "restart");
  text(domain, "on_crash", "destroy");
  // A guest that put itself to sleep would be one more state that nobody can leave.
  Node pm = child(domain, "pm");
  set(child(pm, "suspend-to-mem"), "enabled", "no");
  set(child(pm, "suspend-to-disk"), "enabled", "no");
}

void add_controllers(Node devices, const DomainSpec& spec) {
  Node root = child(devices, "controller");
  set(root, "type", "pci");
  set(root, "index", "0");
  set(root, "model", "pcie-root");
  // libvirt puts each device into a port that is there before it makes more.
  const std::size_t disks =
      1 + (spec.rescued_disk.empty() ? 0U : 1U) + (spec.config_drive.empty() ? 0U : 1U);
  const std::size_t ports = disks + spec.nics.size() + kFixedDevices + kSpareRootPorts;
  for (std::size_t i = 1; i <= ports; ++i) {
    Node port = child(devices, "controller");
    set(port, "type", "pci");
    set(port, "index", std::to_string(i));
    set(port, "model", "pcie-root-port");
  }
  Node usb = child(devices, "controller");
  set(usb, "type", "usb");
  set(usb, "model", "none");
}

Node add_disk(Node devices, const std::string& path, const char* format, const char* target) {
  Node disk = child(devices, "disk");
  set(disk, "type", "file");
  set(disk, "device", "disk");
  Node driver = child(disk, "driver");
  set(driver, "name", "qemu");
  set(driver, "type", format);
  Node source = child(disk, "source");
  set(source, "file", path);
  // The store owns the files. A relabel would also give the shared base image to the QEMU user.
  Node label = child(source, "seclabel");
  set(label, "model", "dac");
  set(label, "relabel", "no");
  Node where = child(disk, "target");
  set(where, "dev", target);
  set(where, "bus", "virtio");
  return disk;
}

void set_driver(Node disk) {
  set(disk.child("driver"), "cache", "none");
  set(disk.child("driver"), "discard", "unmap");
}

void add_disks(Node devices, const DomainSpec& spec) {
  Node root = add_disk(devices, spec.root_disk, "qcow2", "vda");
  set_driver(root);
  set(child(root, "boot"), "order", "1");
  if (!spec.rescued_disk.empty()) set_driver(add_disk(devices, spec.rescued_disk, "qcow2", "vdb"));
  if (spec.config_drive.empty()) return;
  const char* const target = spec.rescued_disk.empty() ? "vdb" : "vdc";
  child(add_disk(devices, spec.config_drive, "raw", target), "readonly");
}

void add_nic(Node devices, const NicSpec& nic) {
  Node interface = child(devices, "interface");
  set(interface, "type", "ethernet");
  set(child(interface, "mac"), "address", nic.mac);
  Node target = child(interface, "target");
  set(target, "dev", nic.tap);
  set(target, "managed", "no");
  set(child(interface, "model"), "type", "virtio");
  set(child(interface, "mtu"), "size", std::to_string(nic.mtu));
  set(child(interface, "rom"), "enabled", "no");
}

void add_consoles(Node devices, const DomainSpec& spec) {
  Node serial = child(devices, "serial");
  set(serial, "type", "pty");
  if (!spec.console_log.empty()) {
    Node log = child(serial, "log");  // written, and kept small, by virtlogd
    set(log, "file", spec.console_log);
    set(log, "append", "on");
  }
  set(child(serial, "target"), "port", "0");
  Node channel = child(devices, "channel");
  set(channel, "type", "unix");
  Node target = child(channel, "target");
  set(target, "type", "virtio");
  set(target, "name", "org.qemu.guest_agent.0");
  Node graphics = child(devices, "graphics");
  set(graphics, "type", "vnc");
  set(child(graphics, "listen"), "type", "socket");
  set(child(child(devices, "video"), "model"), "type", "vga");
}

void add_devices(Node domain, const DomainSpec& spec) {
  Node devices = child(domain, "devices");
  add_controllers(devices, spec);
  add_disks(devices, spec);
  for (const auto& nic : spec.nics) add_nic(devices, nic);
  add_consoles(devices, spec);
  set(child(devices, "memballoon"), "model", "virtio");
  Node rng = child(devices, "rng");
  set(rng, "model", "virtio");
  set(text(rng, "backend", "/dev/urandom"), "model", "random");
}

}  // namespace

std::string domain_xml(const DomainSpec& spec) {
  require_valid(spec);
  pugi::xml_document document;
  Node domain = child(document, "domain");
  set(domain, "type", spec.virt_type);
  text(domain, "name", spec.name);
  text(domain, "uuid", spec.id);
  if (!spec.title.empty()) text(domain, "title", spec.title);
  add_metadata(domain, spec);
  add_size(domain, spec);
  add_sysinfo(domain, spec);
  add_machine(domain);
  add_cpu(domain, spec);
  add_clock_and_life(domain, spec);
  add_devices(domain, spec);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_indent | pugi::format_no_declaration);
  return out.str();
}

}  // namespace virga::agent
