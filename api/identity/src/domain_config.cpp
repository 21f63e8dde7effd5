// SPDX-License-Identifier: Apache-2.0
// Options of domains that differ from the cloud's. They are kept for clients; nothing in Virga acts
// on them, because all users lie in its own database.
#include "api/identity/src/domain_config.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/http/bind.h"
#include "api/identity/src/domain_options.h"
#include "api/identity/src/input.h"
#include "api/identity/src/project_tree.h"
#include "common/error.h"
#include "db/store/domain_config.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using model::DomainOption;
using store::ReadTx;
using store::WriteTx;
using Options = std::vector<DomainOption>;

/// The part of a domain's options that the path names; empty members mean all.
struct Part {
  std::string group;
  std::string option;

  bool has(const DomainOption& o) const {
    return (group.empty() || o.group == group) && (option.empty() || o.name == option);
  }
};

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorKind::forbidden, "Invalid domain specific configuration: " + reason + ".");
}

Part part_of(const Request& request) {
  Part part;
  for (const auto& [name, value] : request.params) {
    if (name == "group") part.group = value;
    if (name == "option") part.option = value;
  }
  return part;
}

void require_known(const std::string& group, const std::string& option) {
  if (group.empty()) return;
  if (group != "identity" && group != "ldap")
    refuse("Group " + group + " is not supported for domain specific configurations");
  if (!option.empty() && !is_domain_option(group, option))
    refuse("Option " + option + " in group " + group +
           " is not supported for domain specific configurations");
}

/// The domain of the path exists, and the caller may do with it what he asks for.
void require_domain(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("domain_id");
  const auto domain = find_domain(tx, id);
  request.require(target_of_domain(domain));
  if (!domain) throw_not_found("domain", id);
}

[[noreturn]] void throw_nothing(const Request& request, const Part& part) {
  const std::string what = !part.option.empty()
                               ? "option " + part.option + " in group " + part.group
                           : !part.group.empty() ? "group " + part.group
                                                 : std::string("any options");
  throw Error(ErrorKind::not_found, "Could not find " + what +
                                        " in domain configuration for domain " +
                                        request.param("domain_id") + ".");
}

/// {"config": {"ldap": {"url": ...}}}, or of one option {"config": {"url": ...}}. Sensitive ones
/// are left out.
Response answer(int status, const Options& options, const Part& part) {
  json::object config;
  for (const DomainOption& o : options) {
    if (o.sensitive || !part.has(o)) continue;
    if (!part.option.empty()) {
      config[o.name] = parse_json(o.value);
      continue;
    }
    json::value& group = config[o.group];
    if (!group.is_object()) group.emplace_object();
    group.get_object()[o.name] = parse_json(o.value);
  }
  return http::json_response(status, {{"config", std::move(config)}});
}

Options options_in(const json::object& config) {
  if (config.empty()) refuse("No options specified");
  Options options;
  for (const auto& group : config) {
    const std::string name(group.key());
    if (!group.value().is_object() || group.value().get_object().empty())
      refuse("The value of group " + name +
             " specified in the config should be a dictionary of options");
    for (const auto& option : group.value().get_object()) {
      require_known(name, std::string(option.key()));
      options.push_back({name, std::string(option.key()), json::serialize(option.value()),
                         is_sensitive_option(name, std::string(option.key()))});
    }
  }
  return options;
}

/// Stores an option; a sensitive one is sealed.
void set(WriteTx& tx, const IdentityDeps& deps, const std::string& domain_id, DomainOption option) {
  if (option.sensitive)
    option.value = deps.sealer.seal(option.value, "domain/" + domain_id + "/" + option.name);
  store::domain_config::set(tx, domain_id, option);
}

bool any_in(const Options& options, const Part& part) {
  return std::any_of(options.begin(), options.end(),
                     [&](const DomainOption& o) { return part.has(o); });
}

/// PUT /v3/domains/{domain_id}/config: instead of what was there.
Response create(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("domain_id");
  bool had = false;
  const Options options = deps.db.write([&](WriteTx& tx) {
    require_domain(tx, request);
    const Options wanted = options_in(Input(request, "config").members());
    had = !store::domain_config::list(tx, id).empty();
    store::domain_config::erase(tx, id, "", "");
    for (const DomainOption& o : wanted) set(tx, deps, id, o);
    return wanted;
  });
  record(request, "domain configuration set", id);
  return answer(had ? 200 : 201, options, {});
}

/// GET /v3/domains/{domain_id}/config[/{group}[/{option}]]
Response show(IdentityDeps& deps, const Request& request) {
  const Part part = part_of(request);
  const Options options = deps.db.read([&](ReadTx& tx) {
    require_domain(tx, request);
    require_known(part.group, part.option);
    Options found = store::domain_config::list(tx, request.param("domain_id"));
    std::erase_if(found, [](const DomainOption& o) { return o.sensitive; });
    return found;
  });
  if (!any_in(options, part)) throw_nothing(request, part);
  return answer(200, options, part);
}

/// The body of a change names exactly the part that the path names.
void require_same_part(const Options& wanted, const Part& part) {
  if (part.group.empty()) return;
  if (!part.option.empty() && wanted.size() != 1)
    refuse("Trying to update option " + part.option + " in group " + part.group +
           ", so that, and only that, option must be specified  in the config");
  for (const DomainOption& o : wanted) {
    if (o.group != part.group)
      refuse("Trying to update group " + part.group +
             ", so that, and only that, group must be specified in the config");
    if (!part.option.empty() && o.name != part.option)
      refuse("Trying to update option " + part.option + " in group " + part.group +
             ", but config provided contains option " + o.name + " instead");
  }
}

/// PATCH /v3/domains/{domain_id}/config[/{group}[/{option}]]
Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("domain_id");
  const Part part = part_of(request);
  const Options options = deps.db.write([&](WriteTx& tx) {
    require_domain(tx, request);
    json::object config = Input(request, "config").members();
    if (!part.option.empty()) config = json::object{{part.group, std::move(config)}};
    const Options wanted = options_in(config);
    require_known(part.group, part.option);
    require_same_part(wanted, part);
    if (!part.group.empty() && !any_in(store::domain_config::list(tx, id), part))
      throw_nothing(request, part);
    for (const DomainOption& o : wanted) set(tx, deps, id, o);
    return store::domain_config::list(tx, id);
  });
  record(request, "domain configuration changed", id);
  return answer(200, options, {});
}

/// DELETE /v3/domains/{domain_id}/config[/{group}[/{option}]]
Response remove(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("domain_id");
  const Part part = part_of(request);
  deps.db.write([&](WriteTx& tx) {
    require_domain(tx, request);
    require_known(part.group, part.option);
    if (!part.group.empty() && !any_in(store::domain_config::list(tx, id), part))
      throw_nothing(request, part);
    store::domain_config::erase(tx, id, part.group, part.option);
  });
  record(request, "domain configuration removed", id);
  return http::empty_response(204);
}

/// GET /v3/domains/{domain_id}/config/security_compliance[/{option}]: nothing restricts passwords
/// by a pattern.
Response show_compliance(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) { require_domain(tx, request); });
  if (request.param("domain_id") != kDefaultDomain)
    refuse(
        "Reading security compliance information for any domain other than the default domain"
        " is not allowed or supported");
  const std::string option = part_of(request).option;
  if (option.empty())
    return http::json_response(
        200, {{"config",
               {{"security_compliance",
                 {{"password_regex", nullptr}, {"password_regex_description", nullptr}}}}}});
  if (option != "password_regex" && option != "password_regex_description")
    refuse(
        "Reading security compliance values other than password_regex and"
        " password_regex_description is not allowed");
  return http::json_response(200, {{"config", {{option, nullptr}}}});
}

/// GET /v3/domains/config[/{group}[/{option}]]/default
Response show_default(IdentityDeps& /*deps*/, const Request& request) {
  const Part part = part_of(request);
  require_known(part.group, part.option);
  if (!part.option.empty() && is_sensitive_option(part.group, part.option))
    refuse("Reading the default for option " + part.option + " in group " + part.group +
           " is not supported");
  return answer(200, default_domain_options(), part);
}

}  // namespace

void add_domain_config_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string own = "/identity/v3/domains/{domain_id}/config";
  r.put(own, "identity:create_domain_config", bind(create));
  for (const char* part : {"", "/{group}", "/{group}/{option}"}) {
    r.get(own + part, "identity:get_domain_config", bind(show));
    r.patch(own + part, "identity:update_domain_config", bind(update));
    r.del(own + part, "identity:delete_domain_config", bind(remove));
  }
  for (const char* part : {"", "/{option}"})
    r.get(own + "/security_compliance" + part, "identity:get_security_compliance_domain_config",
          bind(show_compliance));
  for (const char* part : {"/default", "/{group}/default", "/{group}/{option}/default"})
    r.get(std::string("/identity/v3/domains/config") + part, "identity:get_domain_config_default",
          bind(show_default));
}

}  // namespace virga::identity
