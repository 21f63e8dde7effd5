// SPDX-License-Identifier: Apache-2.0
#include "api/virga/src/findings.h"

#include "db/store/allocations.h"
#include "db/store/ports.h"

namespace virga::own {
namespace {

using store::ReadTx;
using store::WriteTx;
using store::doctor::Misfit;

constexpr TimeUs kPatience = 120 * kSecondUs;  // hosts report each 10 s, and at each change

/// One rule over the rows.
struct Rule {
  const char* kind;
  std::vector<Misfit> (*find)(ReadTx&);
  std::string (*sentence)(const Misfit&);
  bool (*repair)(WriteTx&, const std::string& id);  ///< null: not safely repaired
};

bool renew(WriteTx& tx, const std::string& id) {
  store::doctor::renew_allocation(tx, id);
  return true;
}

bool recount(WriteTx& tx, const std::string& id) {
  store::doctor::renew_usage(tx, id);
  return true;
}

const Rule kRules[] = {
    {"allocation_without_instance", store::doctor::allocations_without_instance,
     [](const Misfit& m) {
       return "Holds room on host " + m.other + " for an instance that is gone.";
     },
     store::allocations::erase},
    {"instance_without_allocation", store::doctor::instances_without_allocation,
     [](const Misfit& m) { return "Is on host " + m.other + ", where nothing is held for it."; },
     renew},
    {"allocation_differs", store::doctor::differing_allocations,
     [](const Misfit& m) {
       return "Is on host " + m.other + ", but holds " + m.more +
              ", which is not what its flavor had when it was made.";
     },
     renew},
    {"usage_differs", store::doctor::differing_usages,
     [](const Misfit& m) {
       return "Says that " + m.more + " of " + m.other + " are used, which is not their sum.";
     },
     recount},
    {"port_without_instance", store::doctor::ports_without_instance,
     [](const Misfit& m) { return "Belongs to the instance " + m.other + ", which is gone."; },
     store::ports::erase},
    {"port_on_another_host", store::doctor::misbound_ports,
     [](const Misfit& m) {
       return "Is bound to host " + m.more + ", where its instance " + m.other + " is not.";
     },
     nullptr},
    {"dhcp_port_unneeded", store::doctor::unneeded_dhcp_ports,
     [](const Misfit& m) {
       return "Serves network " + m.more + " on host " + m.other + ", where nothing else is on it.";
     },
     store::ports::erase},
    {"address_double", store::doctor::double_addresses,
     [](const Misfit& m) {
       return "Has the address " + m.other + " handed out " + m.more + " times.";
     },
     nullptr},
};

void examine_hosts(ReadTx& tx, TimeUs now, TimeUs silence, std::vector<Finding>& findings) {
  for (const auto& m : store::doctor::silent_hosts(tx, now - silence))
    findings.push_back({"host_silent", m.id,
                        "Host " + m.other + " is not heard of; " + m.more +
                            " instances are there, and nothing is known of them.",
                        false});
  for (const auto& m : store::doctor::unreported_instances(tx, now - silence, now - kPatience))
    findings.push_back({"instance_not_reported", m.id,
                        "Host " + m.other + " has not acted on what was asked of it for over " +
                            std::to_string(kPatience / kSecondUs) + " s.",
                        false});
  // One that is just being deleted is none.
  for (const auto& m : store::doctor::strays(tx, now - kPatience))
    findings.push_back({"stray_on_host", m.id,
                        "Host " + m.other + " has a domain or disk of this instance, which " +
                            (m.more.empty() ? "the records do not know." : "is " + m.more + "."),
                        false});
}

}  // namespace

std::vector<Finding> examine_rows(ReadTx& tx, TimeUs now_us, TimeUs silence) {
  std::vector<Finding> findings;
  for (const auto& rule : kRules)
    for (const auto& m : rule.find(tx))
      findings.push_back({rule.kind, m.id, rule.sentence(m), rule.repair != nullptr});
  examine_hosts(tx, now_us, silence, findings);
  return findings;
}

bool repair(WriteTx& tx, const Finding& finding) {
  for (const auto& rule : kRules)
    if (finding.kind == rule.kind && rule.repair != nullptr) return rule.repair(tx, finding.object);
  return false;
}

}  // namespace virga::own
