// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/host.h"
#include "db/model/host_state.h"
#include "db/store/database.h"

/// Hosts, their reports and their enrolments. Changes of what a host may do notify "host-access";
/// being enabled or disabled notifies "host".
namespace virga::store::hosts {

/// With its resource provider, of the same id, and its inventories.
/// @throws Error{conflict} when the name is taken
void insert(WriteTx& tx, const model::Host& host);
std::optional<model::Host> find(ReadTx& tx, const std::string& id);
/// Its name; "" when there is none.
std::string find_name(ReadTx& tx, const std::string& id);
std::optional<model::Host> find_named(ReadTx& tx, const std::string& name);
std::optional<model::Host> find_certificate(ReadTx& tx, const std::string& sha256);
/// Ordered by number.
std::vector<model::Host> list(ReadTx& tx);
/// Takes over what the agent reported of its host, and keeps its inventories equal to that.
void set_observed(WriteTx& tx, const std::string& id, const model::ObservedHost& seen,
                  TimeUs now_us);
void touch(WriteTx& tx, const std::string& id, TimeUs now_us);
void set_certificate(WriteTx& tx, const std::string& id, const std::string& sha256);
void set_enabled(WriteTx& tx, const std::string& id, bool enabled, const std::string& reason);
void set_forced_down(WriteTx& tx, const std::string& id, bool forced_down);
/// True when a live instance is placed on it.
bool has_instances(ReadTx& tx, const std::string& id);
/// Forgets a host on which nothing is placed; its agent has no access any more.
/// @throws Error{not_found}, Error{conflict} when something is placed on it
void erase(WriteTx& tx, const std::string& id);
/// Raises the generation, which is the provider's, if it still is `generation`: the guard of a
/// claim.
/// @throws Error{conflict} when somebody else was first
void guard(WriteTx& tx, const std::string& id, std::int64_t generation);

void insert(WriteTx& tx, const model::Enrolment& enrolment);
/// Takes a permission away and returns it: it works once.
std::optional<model::Enrolment> take_enrolment(WriteTx& tx, const std::string& token_hash);
void erase_expired_enrolments(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::hosts
