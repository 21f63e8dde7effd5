// SPDX-License-Identifier: Apache-2.0
// The form of answers and refusals. Private to api/placement.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "api/http/router.h"
#include "api/placement/placement_api.h"
#include "common/error.h"
#include "common/json.h"

namespace virga::placement {

// Codes of refusals, which clients tell apart from 1.23 on.
constexpr const char* kConcurrentUpdate = "placement.concurrent_update";
constexpr const char* kDuplicateName = "placement.duplicate_name";
constexpr const char* kInventoryInUse = "placement.inventory.inuse";
constexpr const char* kProviderInUse = "placement.resource_provider.inuse";
constexpr const char* kCannotDeleteParent = "placement.resource_provider.cannot_delete_parent";
constexpr const char* kProviderNotFound = "placement.resource_provider.not_found";
constexpr const char* kBadQueryValue = "placement.query.bad_value";
constexpr const char* kMissingQueryValue = "placement.query.missing_value";
constexpr const char* kDuplicateQueryKey = "placement.query.duplicate_key";

/// An error with a code of its own.
class Refusal : public Error {
 public:
  Refusal(ErrorKind kind, const std::string& message, const char* code)
      : Error(kind, message), code_(code) {}
  const char* code() const noexcept { return code_; }

 private:
  const char* code_;
};

/// {"errors": [...]}: the service's form.
http::Response fault(const http::Request& request, int status, const std::string& message,
                     const char* code = "placement.undefined_code");

using HandlerFunction = http::Response (*)(PlacementDeps&, const http::Request&);
/// Binds the dependencies; refusals get their code.
http::Handler handler(PlacementDeps& deps, HandlerFunction f);

/// A document; from 1.15 on with the time at which it was changed.
http::Response document(const http::Request& request, const json::object& body, TimeUs changed_us,
                        int status = 200);
/// An answer without a document: with that time too.
http::Response nothing(const http::Request& request, int status, TimeUs changed_us);

/// "Sat, 21 Nov 2026 09:30:00 GMT".
std::string http_date(TimeUs time_us);

}  // namespace virga::placement
