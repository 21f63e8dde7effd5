// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

/// Rows of several tables that do not fit each other. In a database that only virgad wrote there
/// are none; looking costs a pass over instances, allocations and ports.
namespace virga::store::doctor {

/// Something that does not fit: ids of what it is about, and of what it should fit.
struct Misfit {
  std::string id;     ///< of the row
  std::string other;  ///< what the row names
  std::string more;   ///< for the sentence about it
};

/// Allocations whose instance is gone. other: the host.
std::vector<Misfit> allocations_without_instance(ReadTx& tx);
/// Instances on a host that hold nothing there. other: the host.
std::vector<Misfit> instances_without_allocation(ReadTx& tx);
/// Allocations on another host than their instance, or of other amounts. id: the instance; other:
/// the instance's host; more: "2 vcpus, 512 MiB, 1 GiB on HOST".
std::vector<Misfit> differing_allocations(ReadTx& tx);
/// Inventories that say another sum than their allocations have. id: the provider; other: the
/// resource class; more: what they say.
std::vector<Misfit> differing_usages(ReadTx& tx);
/// Ports of instances that are gone. other: the instance.
std::vector<Misfit> ports_without_instance(ReadTx& tx);
/// Ports that are bound to another host than their instance. other: the instance.
std::vector<Misfit> misbound_ports(ReadTx& tx);
/// DHCP ports on hosts where nothing else is on the network. other: the host.
std::vector<Misfit> unneeded_dhcp_ports(ReadTx& tx);
/// Addresses that are handed out twice on one network. id: the network; other: the address.
std::vector<Misfit> double_addresses(ReadTx& tx);
/// Instances that their host, heard of since `alive_us`, has said nothing about although their wish
/// is older than `old_us`. other: the host.
std::vector<Misfit> unreported_instances(ReadTx& tx, TimeUs alive_us, TimeUs old_us);
/// Instances of which a host has something although it should not, since before `old_us`. other:
/// the host; more: how the records know the instance, "" when they do not.
std::vector<Misfit> strays(ReadTx& tx, TimeUs old_us);
/// Hosts not heard of since `alive_us`. other: the name; more: how many instances are there.
std::vector<Misfit> silent_hosts(ReadTx& tx, TimeUs alive_us);
/// Images whose bytes a store should have. id: the image; other: the digest; more: the store.
std::vector<Misfit> stored_images(ReadTx& tx);

/// Makes the inventories of a provider say the sums of its allocations.
void renew_usage(WriteTx& tx, const std::string& provider_id);
/// Makes the allocation of an instance what its row says: on its host, or none.
void renew_allocation(WriteTx& tx, const std::string& instance_id);

}  // namespace virga::store::doctor
