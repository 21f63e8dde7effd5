// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/model/host_state.h"
#include "db/model/instance.h"
#include "db/store/database.h"

/// Instances. A change of a wish notifies "host" with the id of the host that has to act; every
/// change of what is shown notifies "instance" with its own.
namespace virga::store::instances {

/// Which instances a list shows. Empty: no restriction.
struct Filter {
  std::string project_id;
  std::string host_id;
  std::string name;    ///< part of the name
  std::string marker;  ///< id of the last instance of the page before
  std::int64_t limit = 1000;
};

void insert(WriteTx& tx, const model::Instance& instance);
/// A live instance; only one of `project_id` unless that is empty.
std::optional<model::Instance> find(ReadTx& tx, const std::string& id,
                                    const std::string& project_id);
/// The same for any project, also when it is deleted but not yet forgotten; without metadata.
std::optional<model::Instance> find_deleted_too(ReadTx& tx, const std::string& id);
/// Live instances, newest first.
std::vector<model::Instance> list(ReadTx& tx, const Filter& filter);
/// All live instances of a host, for its desired state.
std::vector<model::Instance> list_of_host(ReadTx& tx, const std::string& host_id);

/// How many live instances of each host have a wish that is not done yet, by host id.
std::map<std::string, std::int64_t> unfinished_by_host(ReadTx& tx);

/// Records a new wish: raises the generation, and run_epoch when `new_run`.
void set_wish(WriteTx& tx, const model::Instance& before, model::PowerWish wish,
              model::PowerVerb verb, bool new_run, TimeUs now_us);
/// Records all that is wanted of an instance (wish, verb, run epoch, disks, rescue, resize, flavor,
/// image, name, host, shelf) as in `after`, whose generation is the one that it had before; raises
/// it and forgets a fault.  @throws Error{conflict} when another request changed it meanwhile
void set_desired(WriteTx& tx, const model::Instance& after, TimeUs now_us);
/// Puts these metadata in the place of those that there are.
void replace_metadata(WriteTx& tx, const std::string& id,
                      const std::map<std::string, std::string>& metadata);
/// The end of a resize that was reverted: nothing of it is left.
void finish_revert(WriteTx& tx, const std::string& id);
/// The end of an offload: its host has forgotten it. Ports and allocations are given back by
/// others.
void finish_offload(WriteTx& tx, const std::string& id, TimeUs now_us);
/// The end of an unshelve: the guest runs.
void finish_unshelve(WriteTx& tx, const std::string& id, TimeUs now_us);
/// Takes over what a host reported; changes only instances that are placed on that host.
/// @return false when nothing changed
bool set_observed(WriteTx& tx, const std::string& host_id, const model::ObservedInstance& seen,
                  TimeUs now_us);
void set_fault(WriteTx& tx, const std::string& id, int code, const std::string& message,
               TimeUs now_us);
/// The end: marks it deleted and forgets its metadata. Ports and allocations are removed by others.
void finish_delete(WriteTx& tx, const std::string& id, TimeUs now_us);
/// Forgets instances that were deleted before `before_us`.  @return how many
std::int64_t purge_deleted(WriteTx& tx, TimeUs before_us);
/// True when a live instance (on that host, unless it is empty) stands on these bytes.
bool uses_image(ReadTx& tx, const std::string& digest, const std::string& host_id);

}  // namespace virga::store::instances
