// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/auth_receipt.h"

#include <algorithm>

#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "db/store/domains.h"
#include "db/store/receipts.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

constexpr TimeUs kReceiptLifeUs = 300 * kSecondUs;  // Keystone's default

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

/// The methods of the rules that fit with what was shown.
json::array required(const MfaRules& rules, const std::set<std::string>& shown) {
  json::array all;
  for (const auto& rule : rules) {
    const bool fits = std::any_of(rule.begin(), rule.end(),
                                  [&](const auto& method) { return shown.contains(method); });
    if (!fits) continue;
    json::array methods;
    for (const auto& method : rule) methods.emplace_back(method);
    all.push_back(std::move(methods));
  }
  return all;
}

}  // namespace

MfaRules mfa_rules(const std::string& options) {
  const json::value parsed = parse_json(options);
  if (!parsed.is_object()) return {};
  const json::object& object = parsed.get_object();
  const json::value* const enabled = object.if_contains("multi_factor_auth_enabled");
  const json::value* const list = object.if_contains("multi_factor_auth_rules");
  if (list == nullptr || !list->is_array() || (enabled != nullptr && *enabled == false)) return {};
  MfaRules rules;
  for (const json::value& item : list->get_array()) {
    if (!item.is_array() || item.get_array().empty()) continue;
    std::set<std::string> rule;
    for (const json::value& method : item.get_array())
      if (method.is_string() && auth_method(std::string_view(method.get_string())) != nullptr)
        rule.emplace(method.get_string());
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool is_enough(const MfaRules& rules, const std::set<std::string>& methods) {
  return rules.empty() || std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
           return std::includes(methods.begin(), methods.end(), rule.begin(), rule.end());
         });
}

void add_receipt_methods(const AuthAttempt& attempt, const std::string& user_id,
                         std::vector<std::string>& methods) {
  const std::string secret(attempt.request.header("openstack-auth-receipt"));
  if (secret.empty()) return;
  const auto receipt = attempt.deps.db.read(
      [&](store::ReadTx& tx) { return store::receipts::find(tx, sha256_hex(secret)); });
  if (!receipt || receipt->user_id != user_id || receipt->expires_us <= attempt.deps.clock.now_us())
    refuse_login();
  for (std::size_t at = 0; at <= receipt->methods.size();) {
    const std::size_t end = std::min(receipt->methods.find(',', at), receipt->methods.size());
    const std::string method = receipt->methods.substr(at, end - at);
    if (std::find(methods.begin(), methods.end(), method) == methods.end())
      methods.push_back(method);
    at = end + 1;
  }
}

std::optional<http::Response> missing_methods(const AuthAttempt& attempt,
                                              const std::string& user_id,
                                              const std::vector<std::string>& methods) {
  std::optional<model::User> user;
  std::optional<model::Domain> domain;
  attempt.deps.db.read([&](store::ReadTx& tx) {
    user = store::users::find(tx, user_id);
    if (user) domain = store::domains::find(tx, user->domain_id);
  });
  if (!user || !domain) refuse_login();
  const MfaRules rules = mfa_rules(user->options);
  const std::set<std::string> shown(methods.begin(), methods.end());
  if (is_enough(rules, shown)) return std::nullopt;
  const TimeUs now = attempt.deps.clock.now_us();
  const std::string secret = random_secret(32);
  attempt.deps.db.write([&](store::WriteTx& tx) {
    store::receipts::insert(tx,
                            {sha256_hex(secret), user_id, joined(methods), now + kReceiptLifeUs});
  });
  json::array names;
  for (const auto& method : methods) names.emplace_back(method);
  const json::object view{{"methods", std::move(names)},
                          {"user",
                           {{"id", user->id},
                            {"name", user->name},
                            {"domain", {{"id", domain->id}, {"name", domain->name}}}}},
                          {"expires_at", format_micros(now + kReceiptLifeUs)},
                          {"issued_at", format_micros(now)}};
  http::Response response = http::json_response(
      401, {{"receipt", view}, {"required_auth_methods", required(rules, shown)}});
  response.headers.emplace_back("Openstack-Auth-Receipt", secret);
  return response;
}

}  // namespace virga::identity
