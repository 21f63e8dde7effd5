// SPDX-License-Identifier: Apache-2.0
// virga host: compute hosts, for administrators.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "tools/cli/commands.h"
#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"
#include "tools/cli/names.h"
#include "tools/cli/server_view.h"

namespace virga::cli {
namespace {

/// The compute service of each host, by name.
std::map<std::string, json::object> services_of(Session& session) {
  const json::value answer = session.call({"compute", "GET", "/os-services?binary=nova-compute"});
  std::map<std::string, json::object> services;
  for (const auto& service : array_at(answer, "services"))
    services[text_at(service, "host")] =
        service.is_object() ? service.get_object() : json::object();
  return services;
}

json::array hosts_of(Session& session) {
  const json::value answer = session.call({"compute", "GET", "/os-hypervisors/detail"});
  return array_at(answer, "hypervisors");
}

/// "3/16"
json::value share(const json::value& host, const char* used, const char* total) {
  return json::string(std::to_string(integer_at(host, used)) + "/" +
                      std::to_string(integer_at(host, total)));
}

void list(Context& context) {
  const auto services = services_of(context.session());
  Listing listing{
      {"name", "state", "status", "zone", "servers", "vcpus", "memory_mib", "disk_gib", "address"},
      {}};
  for (const auto& host : hosts_of(context.session())) {
    const auto service = services.find(text_at(host, "hypervisor_hostname"));
    listing.rows.push_back({at(host, "hypervisor_hostname"), at(host, "state"), at(host, "status"),
                            service == services.end() ? json::value() : at(service->second, "zone"),
                            at(host, "running_vms"), share(host, "vcpus_used", "vcpus"),
                            share(host, "memory_mb_used", "memory_mb"),
                            share(host, "local_gb_used", "local_gb"), at(host, "host_ip")});
  }
  context.show(listing);
}

/// One host, by name or number.
json::object find_host(Session& session, const std::string& wanted) {
  const json::array hosts = hosts_of(session);
  std::vector<Named> all;
  for (const auto& host : hosts) {
    const json::value& id = at(host, "id");
    all.push_back({id.is_int64() ? std::to_string(id.get_int64()) : text_at(host, "id"),
                   text_at(host, "hypervisor_hostname")});
  }
  const Named& chosen = choose("host", all, wanted);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (&all[i] == &chosen) return hosts[i].as_object();
  return {};
}

Record record_of(const json::object& host, const json::object& service) {
  return {{"id", at(host, "id")},
          {"name", at(host, "hypervisor_hostname")},
          {"state", at(host, "state")},
          {"status", at(host, "status")},
          {"disabled_reason", at(service, "disabled_reason")},
          {"zone", at(service, "zone")},
          {"last_seen", at(service, "updated_at")},
          {"address", at(host, "host_ip")},
          {"hypervisor", at(host, "hypervisor_type")},
          {"hypervisor_version", at(host, "hypervisor_version")},
          {"servers", at(host, "running_vms")},
          {"vcpus", at(host, "vcpus")},
          {"vcpus_used", at(host, "vcpus_used")},
          {"memory_mib", at(host, "memory_mb")},
          {"memory_mib_used", at(host, "memory_mb_used")},
          {"disk_gib", at(host, "local_gb")},
          {"disk_gib_used", at(host, "local_gb_used")}};
}

void show(Context& context, const std::string& which) {
  const json::object host = find_host(context.session(), which);
  auto services = services_of(context.session());
  context.show(record_of(host, services[text_at(host, "hypervisor_hostname")]));
}

struct Drain {
  std::string host;
  std::string reason = "drained by virga";
  bool undo = false;
};

Listing servers_on(Session& session, const std::string& host) {
  const json::value answer = session.call(
      {"compute", "GET", "/servers/detail?all_tenants=1&host=" + percent_encoded(host)});
  Listing listing{{"id", "name", "status", "project_id"}, {}};
  for (const auto& server : array_at(answer, "servers"))
    listing.rows.push_back(
        {at(server, "id"), at(server, "name"), at(server, "status"), at(server, "tenant_id")});
  return listing;
}

/// Disables the host and tells what still runs there: nothing is moved.
void drain(Context& context, const Drain& wanted) {
  Session& session = context.session();
  const std::string name = text_at(find_host(session, wanted.host), "hypervisor_hostname");
  json::object body{{"host", name}, {"binary", "nova-compute"}};
  if (wanted.undo) {
    session.call({"compute", "PUT", "/os-services/enable", body});
    return show(context, name);
  }
  body["disabled_reason"] = wanted.reason;
  session.call({"compute", "PUT", "/os-services/disable-log-reason", body});
  const Listing rest = servers_on(session, name);
  context.show(rest);
  if (rest.rows.empty()) {
    std::cerr << "The host is empty and gets no new servers.\n";
    return;
  }
  throw Failure(Exit::failed,
                name + " gets no new servers, but " + std::to_string(rest.rows.size()) +
                    " are still there. Nothing is moved by this command: delete them, or let "
                    "their owners make them anew elsewhere.");
}

}  // namespace

void add_host_commands(CLI::App& app, Context& context) {
  auto* host = app.add_subcommand("host", "Compute hosts (administrators)");
  host->require_subcommand(1);
  host->add_subcommand("list", "List hosts")->callback([&context] { list(context); });
  auto which = std::make_shared<std::string>();
  auto* shown = host->add_subcommand("show", "Show one host");
  shown->add_option("host", *which, "Name or number")->required();
  shown->callback([&context, which] { show(context, *which); });
  auto wanted = std::make_shared<Drain>();
  auto* drained = host->add_subcommand(
      "drain", "Give a host no new servers, and show what is still there. Moves nothing");
  drained->add_option("host", wanted->host, "Name or number")->required();
  drained->add_option("--reason", wanted->reason, "Why, for others")->capture_default_str();
  drained->add_flag("--undo", wanted->undo, "Let it have servers again");
  drained->callback([&context, wanted] { drain(context, *wanted); });
}

}  // namespace virga::cli
