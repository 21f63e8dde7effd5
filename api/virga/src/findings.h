// SPDX-License-Identifier: Apache-2.0
// What the doctor finds in the rows, and its repairs. Private to api/virga.
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/doctor.h"

namespace virga::own {

/// Something that is not as it should be.
struct Finding {
  std::string kind;    ///< "allocation_without_instance" ...: docs/virga-api.md
  std::string object;  ///< id of what it is about
  std::string detail;  ///< a sentence
  bool fixable = false;
};

/// All rules that need nothing but rows.
/// @param silence after which a host counts as silent
std::vector<Finding> examine_rows(store::ReadTx& tx, TimeUs now_us, TimeUs silence);

/// Repairs a finding of this transaction.  @return false when nothing was changed
bool repair(store::WriteTx& tx, const Finding& finding);

}  // namespace virga::own
