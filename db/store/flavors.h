// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/flavor.h"
#include "db/store/database.h"

/// Flavors with their extra specs, and which projects see private ones.
namespace virga::store::flavors {

/// Gives it the next number.
/// @throws Error{conflict} when the id or the name is taken
void insert(WriteTx& tx, const model::Flavor& flavor);
std::optional<model::Flavor> find(ReadTx& tx, const std::string& id);
/// One that the project may use: public, or given to it.
std::optional<model::Flavor> find_visible(ReadTx& tx, const std::string& id,
                                          const std::string& project_id);
/// Ordered by memory, vcpus and id.
std::vector<model::Flavor> list(ReadTx& tx);
/// Those that the project may use, in the same order; disabled ones, too.
std::vector<model::Flavor> list_visible(ReadTx& tx, const std::string& project_id);
/// null: nothing.  @return false when there is no such flavor
bool set_description(WriteTx& tx, const std::string& id,
                     const std::optional<std::string>& description, TimeUs now_us);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

/// Sets one extra spec of a flavor that is there.
void set_extra_spec(WriteTx& tx, const std::string& id, const std::string& name,
                    const std::string& value);
/// @return false when there was none
bool erase_extra_spec(WriteTx& tx, const std::string& id, const std::string& name);

/// The projects that a flavor was given to, in their order.
std::vector<std::string> list_access(ReadTx& tx, const std::string& id);
/// @return false when the project had it
bool add_access(WriteTx& tx, const std::string& id, const std::string& project_id);
/// @return false when the project did not have it
bool remove_access(WriteTx& tx, const std::string& id, const std::string& project_id);

}  // namespace virga::store::flavors
