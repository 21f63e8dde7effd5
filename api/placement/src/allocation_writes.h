// SPDX-License-Identifier: Apache-2.0
// The one place that checks and writes allocations. Private to api/placement.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/http/message.h"
#include "api/placement/src/bodies.h"
#include "db/model/placement.h"
#include "db/store/database.h"

namespace virga::placement {

/// What a consumer is to have, as a body says it.
struct ConsumerWish {
  std::string id;
  std::string project_id;  ///< empty: the version does not know projects
  std::string user_id;
  std::optional<std::int64_t> generation;  ///< nullopt: the consumer is to be new
  std::optional<std::string> type;         ///< nullopt: the version does not know types
  model::Allocations allocations;          ///< empty: it is to have nothing
};

/// Reads one consumer's part of a body as the request's version has it.
/// @param may_be_empty an empty object of allocations takes everything away
ConsumerWish read_wish(const http::Request& request, const std::string& consumer_id,
                       const Fields& in, bool may_be_empty);
/// {"<consumer>": {...}, ...}
std::vector<ConsumerWish> read_wishes(const http::Request& request, const Fields& in);

/// Gives each consumer exactly what is wished, or throws and changes nothing: all amounts must fit
/// their inventories. Raises the generations of consumers and providers.
/// @param what the sentence before names that nobody knows: "Unable to allocate inventory "
void write_allocations(store::WriteTx& tx, const http::Request& request,
                       const std::vector<ConsumerWish>& wishes, const std::string& what,
                       TimeUs now_us);

}  // namespace virga::placement
