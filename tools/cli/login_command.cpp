// SPDX-License-Identifier: Apache-2.0
// virga login: a fresh token, and who one is.
#include <CLI/CLI.hpp>

#include "tools/cli/commands.h"
#include "tools/cli/json_view.h"

namespace virga::cli {
namespace {

/// "admin (domain Default)"
std::string with_domain(const json::object& thing) {
  const std::string domain = text_at(at(thing, "domain"), "name");
  return text_at(thing, "name") + (domain.empty() ? "" : " (domain " + domain + ")");
}

json::value scope_of(const json::object& facts) {
  if (facts.contains("system")) return "the system";
  if (const json::value& p = at(facts, "project"); p.is_object())
    return json::string("project " + with_domain(p.get_object()));
  if (const json::value& d = at(facts, "domain"); d.is_object())
    return json::string("domain " + text_at(d, "name"));
  return "none";
}

void log_in(Context& context, bool show_token) {
  const Token& token = context.session().login();
  const json::object& facts = token.facts;
  json::array roles;
  for (const auto& role : array_at(facts, "roles")) roles.push_back(at(role, "name"));
  Record record{
      {"cloud", json::string(context.session().cloud().name)},
      {"auth_url", json::string(context.session().cloud().of("auth_url"))},
      {"user", json::string(with_domain(object_at(facts, "user")))},
      {"user_id", at(at(facts, "user"), "id")},
      {"scope", scope_of(facts)},
      {"project_id", at(at(facts, "project"), "id")},
      {"roles", std::move(roles)},
      {"expires_at", at(facts, "expires_at")},
  };
  if (show_token) record.emplace_back("token", json::string(token.secret));
  context.show(record);
}

}  // namespace

void add_login_command(CLI::App& app, Context& context) {
  auto* login = app.add_subcommand("login", "Make a fresh token and say who you are");
  auto show = std::make_shared<bool>(false);
  login->add_flag("--show-token", *show, "Show the token, too: it is a secret");
  login->callback([&context, show] { log_in(context, *show); });
}

}  // namespace virga::cli
