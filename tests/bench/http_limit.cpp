// SPDX-License-Identifier: Apache-2.0
// The most that a Boost.Beast coroutine server can do on this machine: GET /show answers one server
// document, GET /token one token with its catalog, GET /token_nocatalog one without; each is built
// with Boost.JSON from structs each time. No token check, no policy, no database: the yardstick of
// `tools/bench http` and `tools/bench token`.
// usage: http_limit PORT
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <string>

#include "tests/bench/limit_server.h"

namespace {

namespace json = boost::json;

struct Server {
  std::string id = "0b6f3c1e-4f5c-4f9e-9d52-0e9d4f1c2a3b";
  std::string name = "web-prod-1";
  std::string project = "5f0c1c9b8d7e4a6f9b3c2d1e0f9a8b7c";
  std::string user = "7c8d9e0f1a2b3c4d5e6f708192a3b4c5";
  std::string host = "compute-01";
  std::string address = "10.20.0.17";
  std::string mac = "fa:16:3e:aa:bb:cc";
  std::string created = "2026-11-20T12:34:56Z";
};

json::array link(const json::storage_ptr& memory, const std::string& href) {
  json::array links(memory);
  json::object self(memory);
  self["rel"] = "self";
  self["href"] = href;
  links.push_back(std::move(self));
  return links;
}

std::string show() {
  static const Server s;
  unsigned char buffer[8192];
  json::monotonic_resource resource(buffer, sizeof buffer);
  const json::storage_ptr memory(&resource);
  json::object v(memory);
  v.reserve(32);
  v["id"] = s.id;
  v["name"] = s.name;
  v["status"] = "ACTIVE";
  v["tenant_id"] = s.project;
  v["user_id"] = s.user;
  v["metadata"] = json::object(memory);
  v["hostId"] = s.project + s.project.substr(0, 24);
  json::object image(memory);
  image["id"] = s.id;
  image["links"] = link(memory, "http://controller:8774/images/" + s.id);
  v["image"] = std::move(image);
  json::object flavor(memory);
  flavor["id"] = "m1.large";
  flavor["links"] = link(memory, "http://controller:8774/flavors/m1.large");
  v["flavor"] = std::move(flavor);
  v["created"] = s.created;
  v["updated"] = s.created;
  json::object address(memory);
  address["version"] = 4;
  address["addr"] = s.address;
  address["OS-EXT-IPS:type"] = "fixed";
  address["OS-EXT-IPS-MAC:mac_addr"] = s.mac;
  json::array list(memory);
  list.push_back(std::move(address));
  json::object addresses(memory);
  addresses["private"] = std::move(list);
  v["addresses"] = std::move(addresses);
  v["accessIPv4"] = "";
  v["accessIPv6"] = "";
  v["links"] = link(memory, "http://controller:8774/v2.1/servers/" + s.id);
  v["OS-DCF:diskConfig"] = "AUTO";
  v["progress"] = 100;
  v["OS-EXT-AZ:availability_zone"] = "az1";
  v["config_drive"] = "";
  v["key_name"] = "ops-key";
  v["OS-SRV-USG:launched_at"] = s.created;
  v["OS-SRV-USG:terminated_at"] = nullptr;
  v["OS-EXT-SRV-ATTR:host"] = s.host;
  v["OS-EXT-SRV-ATTR:instance_name"] = "instance-00000001";
  v["OS-EXT-SRV-ATTR:hypervisor_hostname"] = s.host;
  v["OS-EXT-STS:task_state"] = nullptr;
  v["OS-EXT-STS:vm_state"] = "active";
  v["OS-EXT-STS:power_state"] = 1;
  v["os-extended-volumes:volumes_attached"] = json::array(memory);
  json::object body(memory);
  body["server"] = std::move(v);
  return json::serialize(body);
}

struct Service {
  std::string type;
  std::string name;
  std::string url;
};

json::object endpoint(const json::storage_ptr& memory, const Service& service,
                      const char* interface) {
  json::object v(memory);
  v["id"] = "0e9d4f1c2a3b4c5d6e7f8091a2b3c4d5";
  v["interface"] = interface;
  v["region"] = "RegionOne";
  v["region_id"] = "RegionOne";
  v["url"] = service.url;
  return v;
}

json::array catalog(const json::storage_ptr& memory) {
  static const Service services[] = {{"identity", "keystone", "http://controller:8774/identity/v3"},
                                     {"compute", "nova", "http://controller:8774/compute/v2.1"},
                                     {"image", "glance", "http://controller:8774/image"},
                                     {"network", "neutron", "http://controller:8774/networking"}};
  json::array all(memory);
  for (const Service& service : services) {
    json::array endpoints(memory);
    for (const char* interface : {"public", "internal", "admin"})
      endpoints.push_back(endpoint(memory, service, interface));
    json::object v(memory);
    v["id"] = "3b4c5d6e7f8091a2b3c4d50e9d4f1c2a";
    v["type"] = service.type;
    v["name"] = service.name;
    v["endpoints"] = std::move(endpoints);
    all.push_back(std::move(v));
  }
  return all;
}

json::object named(const json::storage_ptr& memory, const std::string& id, const char* name) {
  json::object v(memory);
  v["id"] = id;
  v["name"] = name;
  return v;
}

std::string token(bool with_catalog) {
  static const Server s;
  unsigned char buffer[16384];
  json::monotonic_resource resource(buffer, sizeof buffer);
  const json::storage_ptr memory(&resource);
  json::object v(memory);
  v["methods"] = json::array({"password"}, memory);
  v["user"] = named(memory, s.user, "admin");
  v["user"].get_object()["domain"] = named(memory, "default", "Default");
  v["user"].get_object()["password_expires_at"] = nullptr;
  v["audit_ids"] = json::array({"3T2dc1CGQxyJsHdDu1xkcw"}, memory);
  v["issued_at"] = "2026-11-20T12:34:56.000000Z";
  v["expires_at"] = "2026-11-21T00:34:56.000000Z";
  v["project"] = named(memory, s.project, "admin");
  v["project"].get_object()["domain"] = named(memory, "default", "Default");
  v["is_domain"] = false;
  json::array roles(memory);
  for (const char* role : {"admin", "member", "reader"})
    roles.push_back(named(memory, s.user, role));
  v["roles"] = std::move(roles);
  if (with_catalog) v["catalog"] = catalog(memory);
  json::object body(memory);
  body["token"] = std::move(v);
  return json::serialize(body);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  bench::serve(static_cast<unsigned short>(std::atoi(argv[1])), [](std::string_view target) {
    if (target == "/show") return show();
    return token(target == "/token");
  });
}
