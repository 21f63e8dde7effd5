// SPDX-License-Identifier: Apache-2.0
#include "api/identity/catalog.h"

#include <map>
#include <set>
#include <unordered_map>

#include "common/json.h"
#include "common/json_writer.h"
#include "db/store/endpoint_groups.h"
#include "db/store/endpoints.h"
#include "db/store/services.h"

namespace virga::identity {
namespace {

constexpr std::size_t kMostTexts = 256;  // some 3 KiB each

/// Names that a placeholder of a URL may have.  Source: Keystone's list of allowed properties.
constexpr std::string_view kPlaceholders[] = {
    "tenant_id",    "project_id", "user_id",     "public_bind_host", "admin_bind_host",
    "compute_host", "admin_port", "public_port", "public_endpoint"};

/// Replaces the placeholders $(name)s and %(name)s of a URL by what `value` says; nullopt when the
/// URL cannot be read or `value` has none.
template <class F>
std::optional<std::string> substituted(std::string_view url, const F& value) {
  std::string out;
  while (!url.empty()) {
    const bool opens = url.starts_with("%(") || url.starts_with("$(");
    if (opens) {
      const std::size_t end = url.find(')');
      if (end == std::string_view::npos || url.substr(end + 1, 1) != "s") return std::nullopt;
      const std::optional<std::string> with = value(url.substr(2, end - 2));
      if (!with) return std::nullopt;
      out += *with;
      url.remove_prefix(end + 2);
    } else if (url.front() == '%') {
      if (!url.starts_with("%%")) return std::nullopt;
      out += '%';
      url.remove_prefix(2);
    } else {
      out += url.front();
      url.remove_prefix(1);
    }
  }
  return out;
}

void write_endpoint(JsonWriter& out, const model::Endpoint& endpoint, const std::string& url) {
  const auto region = [&](const char* key) {
    out.key(key);
    if (endpoint.region_id.empty())
      out.value(nullptr);
    else
      out.value(endpoint.region_id);
  };
  out.begin_object();
  out.member("id", endpoint.id);
  out.member("interface", endpoint.interface);
  region("region");
  region("region_id");
  out.member("url", url);
  out.end_object();
}

}  // namespace

/// The rows of one epoch, and the texts that were made of them.
struct Catalog::Snapshot {
  std::uint64_t epoch = 0;
  std::vector<model::Service> services;
  std::map<std::string, std::vector<model::Endpoint>> endpoints;   // by service
  std::map<std::string, std::set<std::string>> chosen_of_project;  // endpoint ids
  bool names_project = false;                                      // a URL has a placeholder for it
  bool names_user = false;

  mutable std::mutex mutex;  // guards texts
  mutable std::unordered_map<std::string, std::shared_ptr<const std::string>> texts;

  bool is_visible(const std::string& project_id, const model::Endpoint& endpoint) const {
    const auto it = chosen_of_project.find(project_id);
    return it == chosen_of_project.end() || it->second.contains(endpoint.id);
  }
  void note_placeholders(const std::string& url) {
    const auto has = [&](const char* name) { return url.find(name) != std::string::npos; };
    names_project = names_project || has("(project_id)") || has("(tenant_id)");
    names_user = names_user || has("(user_id)");
  }
  /// Scopes with the same key have the same catalog.
  std::string key_of(const CatalogScope& scope) const {
    std::string key = scope.base_url;
    const bool own = names_project || chosen_of_project.contains(scope.project_id);
    key.append("\n").append(own ? scope.project_id : "");
    key.append("\n").append(names_user ? scope.user_id : "");
    return key;
  }
  std::string written_for(const CatalogScope& scope) const;
};

Catalog::Catalog(store::Database& database)
    : database_(database), epoch_(std::make_shared<std::atomic<std::uint64_t>>(1)) {
  database.subscribe([epoch = epoch_](const store::Change& change) {
    if (change.topic == "catalog") ++*epoch;
  });
}

Catalog::~Catalog() = default;

std::shared_ptr<const Catalog::Snapshot> Catalog::current() const {
  const std::uint64_t epoch = *epoch_;
  {
    const std::lock_guard lock(mutex_);
    if (snapshot_ && snapshot_->epoch == epoch) return snapshot_;
  }
  auto fresh = std::make_shared<Snapshot>();
  fresh->epoch = epoch;
  database_.read([&](store::ReadTx& tx) {
    fresh->services = store::services::list(tx);
    const auto endpoints = store::endpoints::list(tx);
    for (const auto& e : endpoints) {
      fresh->endpoints[e.service_id].push_back(e);
      fresh->note_placeholders(e.url);
    }
    for (const auto& a : store::endpoints::list_associations(tx))
      fresh->chosen_of_project[a.project_id].insert(a.endpoint_id);
    const auto groups = store::endpoint_groups::list(tx);
    for (const auto& a : store::endpoint_groups::list_associations(tx))
      for (const auto& group : groups)
        if (group.id == a.group_id)
          for (const auto& e : endpoints)
            if (is_in_group(group, e)) fresh->chosen_of_project[a.project_id].insert(e.id);
  });
  const std::lock_guard lock(mutex_);
  if (!snapshot_ || snapshot_->epoch < epoch) snapshot_ = fresh;
  return fresh;
}

std::string Catalog::Snapshot::written_for(const CatalogScope& scope) const {
  const bool filtered = chosen_of_project.contains(scope.project_id);
  JsonWriter out(4096);
  out.begin_array();
  for (const auto& service : services) {
    if (!service.enabled) continue;
    JsonWriter shown;
    bool any = false;
    shown.begin_array();
    if (const auto it = endpoints.find(service.id); it != endpoints.end())
      for (const auto& e : it->second) {
        if (!e.enabled || !is_visible(scope.project_id, e)) continue;
        const auto url = resolved_url(e, scope);
        if (!url) continue;
        write_endpoint(shown, e, *url);
        any = true;
      }
    shown.end_array();
    if (filtered && !any) continue;
    out.begin_object();
    out.member("id", service.id);
    out.member("type", service.type);
    out.member("name", service.name);
    out.key("endpoints");
    out.raw(shown.take());
    out.end_object();
  }
  out.end_array();
  return out.take();
}

std::shared_ptr<const std::string> Catalog::text_for(const CatalogScope& scope) const {
  const auto rows = current();
  const std::string key = rows->key_of(scope);
  {
    const std::lock_guard lock(rows->mutex);
    if (const auto it = rows->texts.find(key); it != rows->texts.end()) return it->second;
  }
  auto text = std::make_shared<const std::string>(rows->written_for(scope));
  const std::lock_guard lock(rows->mutex);
  if (rows->texts.size() >= kMostTexts) rows->texts.clear();  // clients choose what they call us
  rows->texts.emplace(key, text);
  return text;
}

std::optional<std::string> resolved_url(const model::Endpoint& endpoint,
                                        const CatalogScope& scope) {
  if (!endpoint.own_path.empty()) return scope.base_url + endpoint.own_path;
  return substituted(endpoint.url, [&](std::string_view name) -> std::optional<std::string> {
    const bool of_project = name == "project_id" || name == "tenant_id";
    if (of_project && !scope.project_id.empty()) return scope.project_id;
    if (name == "user_id") return scope.user_id;
    return std::nullopt;
  });
}

bool is_endpoint_url(const std::string& url) {
  return substituted(url,
                     [](std::string_view name) -> std::optional<std::string> {
                       for (const auto known : kPlaceholders)
                         if (known == name) return "";
                       return std::nullopt;
                     })
      .has_value();
}

bool is_in_group(const model::EndpointGroup& group, const model::Endpoint& e) {
  const json::value filters = parse_json(group.filters);
  for (const auto& filter : filters.get_object()) {
    const std::string& have = filter.key() == "service_id"  ? e.service_id
                              : filter.key() == "region_id" ? e.region_id
                                                            : e.interface;
    const bool agrees =
        filter.value().is_null() ? have.empty() : filter.value() == json::string_view(have);
    if (!agrees) return false;
  }
  return true;
}

}  // namespace virga::identity
