// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scheduler/explanation.h"
#include "scheduler/src/cloud.h"
#include "scheduler/src/query.h"

namespace virga::scheduler {

/// Asks every host every filter.
Explanation explain_query(const Cloud& cloud, const Query& query);

/// What a host lacks to pass a filter that refuses it.
Lack lack_of(const Cloud& cloud, Slot slot, const Query& query, Filter filter);

}  // namespace virga::scheduler
