// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/facts.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <memory>
#include <pugixml.hpp>

#include "common/cptr.h"
#include "compute-agent/libvirt/src/check.h"

namespace virga::agent {

namespace json = boost::json;

std::string version_text(unsigned long version) {
  return std::to_string(version / 1'000'000) + "." + std::to_string(version / 1'000 % 1'000) + "." +
         std::to_string(version % 1'000);
}

std::string cpu_info_from(const std::string& capabilities_xml) {
  pugi::xml_document document;
  document.load_buffer(capabilities_xml.data(), capabilities_xml.size());
  const pugi::xml_node host = document.document_element().child("host");
  const pugi::xml_node cpu = host.child("cpu");
  const pugi::xml_node topology = cpu.child("topology");
  json::array features;
  for (const pugi::xml_node feature : cpu.children("feature"))
    features.emplace_back(feature.attribute("name").value());
  const auto cells = host.child("topology").child("cells").attribute("num").as_int(1);
  const json::object out{{"arch", cpu.child("arch").text().get()},
                         {"model", cpu.child("model").text().get()},
                         {"vendor", cpu.child("vendor").text().get()},
                         {"topology",
                          {{"cells", cells},
                           {"sockets", topology.attribute("sockets").as_int(1)},
                           {"cores", topology.attribute("cores").as_int(1)},
                           {"threads", topology.attribute("threads").as_int(1)}}},
                         {"features", std::move(features)}};
  return json::serialize(out);
}

HypervisorFacts read_facts(virConnect& connection) {
  HypervisorFacts out;
  virNodeInfo node{};
  check(virNodeGetInfo(&connection, &node), "read the host's size", Effect::reads);
  out.vcpus = node.cpus;
  out.memory_mib = static_cast<std::int64_t>(node.memory / 1024);
  unsigned long version = 0;
  check(virConnectGetVersion(&connection, &version), "read QEMU's version", Effect::reads);
  out.version = version_text(version);
  const CPtr<char, std::free> xml(
      check(virConnectGetCapabilities(&connection), "read the host's capabilities", Effect::reads));
  out.cpu_info = cpu_info_from(xml.get());
  return out;
}

}  // namespace virga::agent
