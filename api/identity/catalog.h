// SPDX-License-Identifier: Apache-2.0
// The service catalog, as tokens carry it: made of rows, for the address under which a client
// reached us.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "db/model/catalog.h"
#include "db/store/database.h"

namespace virga::identity {

/// For whom a catalog is.
struct CatalogScope {
  std::string base_url;    ///< "https://cloud.example:8774"
  std::string project_id;  ///< empty: endpoints that name a project are left out
  std::string user_id;
};

/// Makes catalogs, as JSON. The rows are read anew, and the texts written anew, only after a change
/// of the rows (topic "catalog"). Thread-safe.
class Catalog {
 public:
  explicit Catalog(store::Database& database);
  ~Catalog();

  /// Enabled services with their enabled endpoints; when endpoints or endpoint groups are
  /// associated with the project, only those. Must not be called inside a transaction.
  /// @return an array
  std::shared_ptr<const std::string> text_for(const CatalogScope& scope) const;

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> current() const;

  store::Database& database_;
  std::shared_ptr<std::atomic<std::uint64_t>> epoch_;
  mutable std::mutex mutex_;  // guards snapshot_
  mutable std::shared_ptr<const Snapshot> snapshot_;
};

/// The URL of an endpoint for a scope; nullopt when it needs a project and there is none, or cannot
/// be read.
std::optional<std::string> resolved_url(const model::Endpoint& endpoint, const CatalogScope& scope);

/// True when all placeholders of a URL are known: "http://volumes/v3/$(project_id)s".
bool is_endpoint_url(const std::string& url);

/// True when the endpoint has the attributes that the filters of a group name.
bool is_in_group(const model::EndpointGroup& group, const model::Endpoint& endpoint);

/// Makes the rows of this cloud's own services in a region, each once: what operators change or
/// remove afterwards stays so.
void ensure_own_catalog(store::WriteTx& tx, const std::string& region);

}  // namespace virga::identity
