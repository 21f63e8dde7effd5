// SPDX-License-Identifier: Apache-2.0
// People and objects of the matrix' world.
#include "api/identity/sealer.h"
#include "common/hash.h"
#include "db/store/access_rules.h"
#include "db/store/aggregates.h"
#include "db/store/allocations.h"
#include "db/store/console_tokens.h"
#include "db/store/domain_config.h"
#include "db/store/domains.h"
#include "db/store/flavors.h"
#include "db/store/grants.h"
#include "db/store/groups.h"
#include "db/store/hosts.h"
#include "db/store/image_tasks.h"
#include "db/store/instances.h"
#include "db/store/keypairs.h"
#include "db/store/networks.h"
#include "db/store/oauth1.h"
#include "db/store/ports.h"
#include "db/store/projects.h"
#include "db/store/resource_classes.h"
#include "db/store/resource_providers.h"
#include "db/store/roles.h"
#include "db/store/server_groups.h"
#include "db/store/tokens.h"
#include "db/store/traits.h"
#include "db/store/users.h"
#include "tests/unit/api/matrix_world.h"

namespace virga::virgad {
namespace {

using store::WriteTx;

/// An id that can be read: "a1" -> "000...0a1".
std::string hex_id(const std::string& end) {
  return std::string(32 - end.size(), '0') + end;
}
std::string uuid(const std::string& end) {
  return "00000000-0000-4000-8000-" + std::string(12 - end.size(), '0') + end;
}

}  // namespace

void MatrixWorld::add_user(const std::string& name, const std::string& domain) {
  ids_["user:" + name] = new_hex_id();
  database().write([&](WriteTx& tx) {
    store::users::insert(tx, model::User{ids_["user:" + name], domain, name, "", true});
  });
}

void MatrixWorld::grant(const std::string& user, const std::string& role, const std::string& kind,
                        const std::string& target) {
  database().write([&](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = store::roles::find_named(tx, role)->id,
                               .actor_id = ids_.at("user:" + user),
                               .target_kind = model::target_kind_named(kind),
                               .target_id = target});
  });
}

void MatrixWorld::issue(const model::Token& token, const std::string& secret) {
  model::Token t = token;
  t.hash = sha256_hex(secret);
  t.audit_id = "audit-" + secret;
  t.issued_us = clock_.now_us();
  t.expires_us = t.issued_us + 3600 * kSecondUs;
  database().write([&](WriteTx& tx) { store::tokens::insert(tx, t); });
}

void MatrixWorld::make_people() {
  const std::string a = ids_["A"] = hex_id("a");
  const std::string b = ids_["B"] = hex_id("b");
  const std::string a1 = ids_["A1"] = hex_id("a1");
  const std::string sub = ids_["SUB"] = hex_id("a11");
  const std::string b1 = ids_["B1"] = hex_id("b1");
  database().write([&](WriteTx& tx) {
    store::domains::insert(tx, model::Domain{a, "domain-a", "", true});
    store::domains::insert(tx, model::Domain{b, "domain-b", "", true});
    store::domains::insert(tx, model::Domain{ids_["CLOSED"] = hex_id("c"), "closed", "", false});
    store::projects::insert(tx, model::Project{a1, a, "a1", "", true});
    store::projects::insert(tx, model::Project{sub, a, "sub", "", true, a1});
    store::projects::insert(tx, model::Project{b1, b, "b1", "", true});
    store::projects::set_tags(tx, a1, {"blue"});
    store::roles::insert(tx, model::Role{ids_["ROLE"] = hex_id("70"), "auditor"});
    store::roles::insert(tx, model::Role{ids_["IMPLIED"] = hex_id("71"), "watcher"});
    store::roles::imply(tx, ids_["ROLE"], ids_["IMPLIED"]);
    ids_["ADMIN_ROLE"] = store::roles::find_named(tx, "admin")->id;
    ids_["MEMBER_ROLE"] = store::roles::find_named(tx, "member")->id;
  });
  struct Row {
    std::string name, role, kind, target;
  };
  for (const Row& r : std::vector<Row>{{"reader_a", "reader", "project", a1},
                                       {"member_a", "member", "project", a1},
                                       {"manager_a", "manager", "project", a1},
                                       {"admin_a", "admin", "project", a1},
                                       {"member_sub", "member", "project", sub},
                                       {"domain_reader_a", "reader", "domain", a},
                                       {"domain_admin_a", "admin", "domain", a},
                                       {"reader_b", "reader", "project", b1},
                                       {"member_b", "member", "project", b1},
                                       {"manager_b", "manager", "project", b1},
                                       {"domain_reader_b", "reader", "domain", b},
                                       {"system_reader", "reader", "system", "all"},
                                       {"system_admin", "admin", "system", "all"}}) {
    const bool of_b = r.name.ends_with("_b");
    add_user(r.name, of_b ? b : r.kind == "system" ? "default" : a);
    grant(r.name, r.role, r.kind, r.target);
    model::Token token;
    token.user_id = ids_.at("user:" + r.name);
    (r.kind == "project" ? token.project_id : token.domain_id) = r.kind == "system" ? "" : r.target;
    token.is_system = r.kind == "system";
    issue(token, r.name);
  }
  add_user("helper_b", b);
  ids_["MEMBER"] = ids_.at("user:member_a");
  ids_["HELPER"] = ids_.at("user:helper_b");
  model::Token unscoped;
  unscoped.user_id = ids_["MEMBER"];
  issue(unscoped, "unscoped");
  model::Token subject;
  subject.user_id = ids_["MEMBER"];
  subject.project_id = a1;
  issue(subject, "subject");
}

void MatrixWorld::make_rows() {
  const std::string member = ids_["MEMBER"];
  const std::string a1 = ids_["A1"];
  const auto sealer = identity::Sealer::with_key_file(config_.sealing_key());
  database().write([&](WriteTx& tx) {
    store::groups::insert(tx, {ids_["GROUP"] = hex_id("61"), ids_["A"], "group-a"});
    store::groups::add_member(tx, ids_["GROUP"], member);
    for (const auto kind : {model::ActorKind::user, model::ActorKind::group}) {
      const std::string actor = kind == model::ActorKind::user ? member : ids_["GROUP"];
      using model::TargetKind;
      for (const bool inherited : {false, true}) {
        store::grants::insert(tx, {ids_["ROLE"], kind, actor, TargetKind::project, a1, inherited});
        store::grants::insert(
            tx, {ids_["ROLE"], kind, actor, TargetKind::domain, ids_["A"], inherited});
      }
      store::grants::insert(tx, {ids_["ROLE"], kind, actor, TargetKind::system, "all"});
    }
    for (const char* option : {"driver", "list_limit"})
      store::domain_config::set(tx, ids_["A"], {"identity", option, "\"sql\""});
    store::domain_config::set(tx, ids_["A"],
                              {"security_compliance", "password_regex", "\"^.{8,}$\""});
    store::access_rules::insert(
        tx, {ids_["RULE"] = hex_id("81"), member, "compute", "GET", "/v2.1/servers"});
    store::oauth1::insert_consumer(
        tx, {ids_["CONSUMER"] = hex_id("c1"), "", sealer.seal("s", "oauth1/" + hex_id("c1"))});
    model::OauthRequestToken request;
    request.id = ids_["REQUEST_TOKEN"] = hex_id("c2");
    request.consumer_id = ids_["CONSUMER"];
    request.project_id = a1;
    request.sealed_secret = sealer.seal("s", "oauth1/" + request.id);
    request.expires_us = clock_.now_us() + 3600 * kSecondUs;
    store::oauth1::insert_request_token(tx, request, clock_.now_us());
    store::oauth1::insert_access_token(tx, {ids_["ACCESS_TOKEN"] = hex_id("c3"), ids_["CONSUMER"],
                                            a1, sealer.seal("s", "oauth1/" + hex_id("c3")), member,
                                            "[\"" + ids_["MEMBER_ROLE"] + "\"]", 0});
    store::flavors::insert(tx, {"small", "m1.small", 1, 64, 1, 0, 0, true, "", 1});
    store::flavors::set_extra_spec(tx, "small", "k", "v");
    const std::string flavor = ids_["FLAVOR"] = uuid("7");
    store::flavors::insert(tx, {flavor, "of-a", 1, 64, 1, 0, 0, false, "", 1});
    store::flavors::add_access(tx, flavor, a1);
    store::keypairs::insert(tx, {member, "key", "ssh", "ssh-rsa AAAA", "aa", 1});
    model::Host host;
    host.id = ids_["HOST"] = uuid("1");
    host.name = "host";
    host.number = 1;
    host.vcpus = 8;
    host.memory_mib = 8192;
    host.disk_gib = 100;
    host.cpu_info = "{}";
    host.last_seen_us = clock_.now_us();
    store::hosts::insert(tx, host);
    model::Network network;
    network.id = ids_["NETWORK"] = uuid("2");
    network.project_id = a1;
    network.name = "lan";
    network.physical_network = "physnet1";
    store::networks::insert(tx, network);
    model::Subnet subnet;
    subnet.id = ids_["SUBNET"] = uuid("3");
    subnet.network_id = network.id;
    subnet.project_id = a1;
    subnet.cidr = "10.0.0.0/24";
    subnet.gateway_ip = "10.0.0.1";
    subnet.pools = {{"10.0.0.10", "10.0.0.99"}};
    store::networks::insert(tx, subnet);
    model::Instance server;
    server.id = ids_["SERVER"] = uuid("4");
    server.number = 1;
    server.project_id = a1;
    server.user_id = member;
    server.name = server.hostname = "web";
    server.flavor_id = "small";
    server.flavor_name = "m1.small";
    server.host_id = host.id;
    server.power = model::PowerState::running;
    server.launched_us = 1;
    server.observed_generation = 1;
    server.observed_run_epoch = 1;
    store::instances::insert(tx, server);
    store::console_tokens::insert(
        tx, {sha256_hex("console-secret"), server.id, model::ConsoleKind::vnc, server.run_epoch,
             member, a1, now_us() + 600 * kSecondUs});
    model::Port port;
    port.id = ids_["PORT"] = uuid("5");
    port.network_id = network.id;
    port.project_id = a1;
    port.mac = "fa:16:3e:00:00:01";
    port.device_id = server.id;
    port.device_owner = "compute:nova";
    port.fixed_ips = {{subnet.id, "10.0.0.10"}};
    store::ports::insert(tx, port);
    store::server_groups::insert(
        tx, {ids_["SERVER_GROUP"] = uuid("7"), 100, a1, member, "together", "affinity", 0, 1, {}});
    store::allocations::insert(tx, server.id, host.id, {1, 64, 1, 1});
    store::resource_providers::insert(
        tx, {ids_["PROVIDER"] = uuid("10"), "spare", 0, uuid("10"), "", 1, 1});
    store::resource_classes::insert(tx, "CUSTOM_SPARE", 1);
    store::traits::insert(tx, "CUSTOM_SPARE", 1);
    store::aggregates::insert(tx, {100, uuid("8"), "fast", 1, 0, {}, {}});
    store::aggregates::insert(tx, {101, uuid("9"), "spare", 1, 0, {}, {}});
    ids_["AGGREGATE"] = "100";
    ids_["SPARE_AGGREGATE"] = "101";
  });
}

void MatrixWorld::make_by_api() {
  make_catalog();
  make_limits();
  make_delegations();
  make_images();
  make_metadefs();
}

void MatrixWorld::make_catalog() {
  const std::string v3 = "/identity/v3";
  ids_["REGION"] = made("system_admin", v3 + "/regions", R"({"region": {"id": "north"}})");
  made("system_admin", v3 + "/regions", R"({"region": {"id": "spare"}})");
  ids_["SPARE"] = made("system_admin", v3 + "/services", R"({"service": {"type": "spare"}})");
  ids_["SERVICE"] =
      made("system_admin", v3 + "/services", R"({"service": {"type": "test", "name": "t"}})");
  ids_["ENDPOINT"] = made("system_admin", v3 + "/endpoints",
                          R"({"endpoint": {"service_id": "$SERVICE", "interface": "public",
                              "region_id": "north", "url": "http://t"}})");
  ids_["EPGROUP"] = made("system_admin", v3 + "/OS-EP-FILTER/endpoint_groups",
                         R"({"endpoint_group": {"name": "g", "filters": {"interface": "admin"}}})");
  ids_["POLICY"] = made("system_admin", v3 + "/policies",
                        R"({"policy": {"blob": "{}", "type": "application/json"}})");
  for (const char* path : {"/OS-EP-FILTER/projects/$A1/endpoints/$ENDPOINT",
                           "/OS-EP-FILTER/endpoint_groups/$EPGROUP/projects/$A1",
                           "/policies/$POLICY/OS-ENDPOINT-POLICY/endpoints/$ENDPOINT",
                           "/policies/$POLICY/OS-ENDPOINT-POLICY/services/$SERVICE",
                           "/policies/$POLICY/OS-ENDPOINT-POLICY/services/$SERVICE/regions/north"})
    made("system_admin", "PUT " + v3 + path, "");
}

void MatrixWorld::make_limits() {
  const std::string v3 = "/identity/v3";
  made("system_admin", v3 + "/registered_limits",
       R"({"registered_limits": [{"service_id": "$SERVICE", "region_id": "north",
           "resource_name": "things", "default_limit": 5}]})");
  ids_["REGISTERED"] =
      made("system_admin", v3 + "/registered_limits",
           R"({"registered_limits": [{"service_id": "$SERVICE", "resource_name": "others",
               "default_limit": 5}]})");
  ids_["LIMIT"] = made("system_admin", v3 + "/limits",
                       R"({"limits": [{"project_id": "$A1", "service_id": "$SERVICE",
                           "region_id": "north", "resource_name": "things",
                           "resource_limit": 3}]})");
}

void MatrixWorld::make_delegations() {
  const std::string v3 = "/identity/v3";
  ids_["CREDENTIAL"] =
      made("member_a", v3 + "/credentials",
           R"({"credential": {"user_id": "$MEMBER", "type": "cert", "blob": "secret"}})");
  ids_["ACCESS"] =
      made("member_a", v3 + "/users/$MEMBER/credentials/OS-EC2", R"({"tenant_id": "$A1"})");
  ids_["APPCRED"] = made("member_a", v3 + "/users/$MEMBER/application_credentials",
                         R"({"application_credential": {"name": "robot"}})");
  ids_["TRUST"] = made("member_a", v3 + "/OS-TRUST/trusts",
                       R"({"trust": {"trustor_user_id": "$MEMBER", "trustee_user_id": "$HELPER",
                           "project_id": "$A1", "impersonation": true,
                           "roles": [{"name": "member"}]}})");
  model::Token token;
  token.project_id = ids_["A1"];
  token.user_id = ids_["MEMBER"];
  token.application_credential_id = ids_["APPCRED"];
  issue(token, "credential_a");
  token.user_id = ids_["HELPER"];
  token.application_credential_id.clear();
  token.trust_id = ids_["TRUST"];
  issue(token, "trustee_a");
}

void MatrixWorld::make_images() {
  const std::string create = "/image/v2/images";
  const auto make = [&](const std::string& visibility) {
    return made("member_a", create,
                R"({"name": "i", "disk_format": "raw", "container_format": "bare",
                    "tags": ["blue"], "k": "v", "visibility": ")" +
                    visibility + "\"}");
  };
  ids_["IMAGE"] = make("private");
  ids_["SHARED"] = make("shared");
  ids_["QUEUED"] = make("private");
  ids_["STAGED"] = make("private");
  made("member_a", "PUT " + create + "/$STAGED/stage", std::string(1024, 'x'));
  for (const char* image : {"$IMAGE", "$SHARED"})
    made("member_a", "PUT " + create + "/" + image + "/file", std::string(1024, 'x'));
  made("member_a", create + "/$SHARED/members", R"({"member": "$SUB"})");
  model::ImageTask task;
  task.id = ids_["TASK"] = uuid("6");
  task.type = "import";
  task.status = "success";
  task.phase = "done";
  task.owner = ids_["A1"];
  task.image_id = ids_["IMAGE"];
  task.user_id = ids_["MEMBER"];
  task.input = "{}";
  task.created_us = task.updated_us = clock_.now_us();
  task.expires_us = clock_.now_us() + 3600 * kSecondUs;
  database().write([&](WriteTx& tx) { store::image_tasks::insert(tx, task); });
}

void MatrixWorld::make_metadefs() {
  ids_["NAMESPACE"] = "space-of-a";
  made("admin_a", "/image/v2/metadefs/namespaces", R"({
    "namespace": "$NAMESPACE", "visibility": "private", "owner": "$A1",
    "properties": {"p": {"title": "P", "type": "string"}},
    "objects": [{"name": "o", "required": [], "properties": {}}],
    "tags": [{"name": "t"}],
    "resource_type_associations": [{"name": "OS::Nova::Flavor"}]})");
}

}  // namespace virga::virgad
