// SPDX-License-Identifier: Apache-2.0
// Regions, services, endpoints, endpoint groups and policies, and the catalog made of them.
#include "tests/unit/api/catalog_fixture.h"

#include "db/store/endpoints.h"

namespace virga::identity {
namespace {

class CatalogApiTest : public CatalogTest {
 protected:
  json::array services_for(const CatalogScope& scope) {
    return parse_json(*deps_.catalog.text_for(scope)).as_array();
  }
  /// The URL that the catalog of a project has for a type and the public interface; "" for none.
  std::string url_of(const std::string& type, const std::string& project = "p1",
                     const std::string& base = "http://cloud:8774") {
    for (const auto& service : services_for({base, project, "u1"}))
      if (service.at("type") == json::string_view(type))
        for (const auto& e : service.at("endpoints").as_array())
          if (e.at("interface") == "public") return std::string(e.at("url").as_string());
    return "";
  }
  json::object endpoint(const std::string& service_id, const std::string& url) {
    return {{"service_id", service_id}, {"interface", "public"}, {"url", url}};
  }
  std::string own_endpoint(const std::string& path) {
    return db_.read([&](store::ReadTx& tx) {
      for (const auto& e : store::endpoints::list(tx))
        if (e.own_path == path && e.interface == "public") return e.id;
      return std::string();
    });
  }
  int status(const std::string& method, const std::string& path,
             const json::value& body = nullptr) {
    return admin(method, path, body).status;
  }
};

TEST_F(CatalogApiTest, OwnServicesHaveTheAddressUnderWhichTheClientReachedUs) {
  EXPECT_EQ(url_of("compute"), "http://cloud:8774/compute/v2.1");
  EXPECT_EQ(url_of("image", "", "https://other"), "https://other/image");
  const auto r = admin("GET", "/endpoints/" + own_endpoint("/image"));
  EXPECT_EQ(r.body().at("endpoint").at("url"), "http://cloud:8774/image");
  EXPECT_EQ(r.body().at("endpoint").at("region"), "RegionOne");
}

TEST_F(CatalogApiTest, WhatOperatorsChangeOrRemoveStaysSoAfterAStart) {
  const std::string image = own_endpoint("/image");
  const std::string compute = own_endpoint("/compute/v2.1");
  EXPECT_EQ(status("PATCH", "/endpoints/" + image, {{"endpoint", {{"enabled", false}}}}), 200);
  EXPECT_EQ(status("DELETE", "/endpoints/" + compute), 204);
  write([](WriteTx& tx) { ensure_own_catalog(tx, "RegionOne"); });
  EXPECT_EQ(url_of("image"), "");
  EXPECT_EQ(url_of("compute"), "");
  EXPECT_EQ(url_of("network"), "http://cloud:8774/networking");
}

TEST_F(CatalogApiTest, AnOwnEndpointKeepsItsPathUntilAnotherUrlIsSet) {
  const std::string id = own_endpoint("/image");
  const std::string path = "/endpoints/" + id;
  EXPECT_EQ(status("PATCH", path, {{"endpoint", {{"url", "http://cloud:8774/image"}}}}), 200);
  EXPECT_EQ(url_of("image", "p1", "https://other"), "https://other/image");
  EXPECT_EQ(status("PATCH", path, {{"endpoint", {{"url", "http://glance:9292"}}}}), 200);
  EXPECT_EQ(url_of("image", "p1", "https://other"), "http://glance:9292");
}

TEST_F(CatalogApiTest, AForeignEndpointIsSubstitutedOrLeftOut) {
  const std::string volumes = service("volumev3");
  made("/endpoints", "endpoint",
       endpoint(volumes, "http://cinder/v3/$(project_id)s?u=%(user_id)s"));
  EXPECT_EQ(url_of("volumev3"), "http://cinder/v3/p1?u=u1");
  EXPECT_EQ(url_of("volumev3", ""), "");
}

TEST_F(CatalogApiTest, BadEndpointsAreRefused) {
  const std::string id = service("x");
  const auto post = [&](const json::object& in) {
    return status("POST", "/endpoints", json::object{{"endpoint", in}});
  };
  for (const char* url : {"", "nonsense", "http://x/%(nothing)s", "http://x/%(project_id)",
                          "http://x/%(project_id)d", "http://x/%", "http://x/$(tenant_id"})
    EXPECT_EQ(post(endpoint(id, url)), 400) << url;
  EXPECT_EQ(post(endpoint("missing", "http://x")), 400);
  auto in = endpoint(id, "http://x");
  in["enabled"] = "True";
  EXPECT_EQ(post(in), 400);
  in = endpoint(id, "http://x");
  in["interface"] = "private";
  EXPECT_EQ(post(in), 400);
  in = endpoint(id, "http://x");
  in["region_id"] = "nowhere";
  EXPECT_EQ(post(in), 400) << "region_id must be there";
  in.erase("region_id");
  in["region"] = "fresh";
  EXPECT_EQ(post(in), 201) << "region is made";
  EXPECT_EQ(status("GET", "/regions/fresh"), 200);
  EXPECT_EQ(status("POST", "/endpoints", json::object{{"endpoint", 1}}), 400);
  EXPECT_EQ(status("POST", "/endpoints", json::array{}), 400);
}

TEST_F(CatalogApiTest, EndpointsAreListedByFilter) {
  const std::string id = service("x");
  made("/endpoints", "endpoint", endpoint(id, "http://x"));
  const auto count = [&](const std::string& query) {
    return admin("GET", "/endpoints?" + query).body().at("endpoints").as_array().size();
  };
  EXPECT_EQ(count(""), 16U);
  EXPECT_EQ(count("service_id=" + id), 1U);
  EXPECT_EQ(count("interface=admin"), 5U);
  EXPECT_EQ(count("region_id=RegionOne&interface=public"), 5U);
}

TEST_F(CatalogApiTest, ServicesKeepUnknownAttributes) {
  const std::string id = made("/services", "service", {{"type", "t"}, {"description", "d"}});
  const auto r = admin("PATCH", "/services/" + id, {{"service", {{"name", "n"}, {"more", 1}}}});
  ASSERT_EQ(r.status, 200) << r.text;
  const json::value body = r.body();
  EXPECT_EQ(body.at("service").at("description"), "d");
  EXPECT_EQ(body.at("service").at("more"), 1);
  EXPECT_EQ(body.at("service").at("links").at("self").as_string(),
            "http://cloud:8774/identity/v3/services/" + id);
  EXPECT_EQ(status("PATCH", "/services/" + id, {{"service", {{"id", "other"}}}}), 400);
  EXPECT_EQ(status("PATCH", "/services/" + id, {{"service", json::object{}}}), 400);
  EXPECT_EQ(status("POST", "/services", {{"service", {{"name", "n"}}}}), 400);
  EXPECT_EQ(status("DELETE", "/services/" + id), 204);
  EXPECT_EQ(status("GET", "/services/" + id), 404);
}

TEST_F(CatalogApiTest, RegionsAreATree) {
  EXPECT_EQ(status("PUT", "/regions/a", {{"region", json::object{}}}), 201);
  EXPECT_EQ(status("PUT", "/regions/a", {{"region", json::object{}}}), 409);
  EXPECT_EQ(status("PUT", "/regions/b", {{"region", {{"id", "c"}}}}), 400);
  EXPECT_EQ(status("PUT", "/regions/b", {{"region", {{"parent_region_id", "a"}}}}), 201);
  EXPECT_EQ(status("PUT", "/regions/c", {{"region", {{"parent_region_id", "none"}}}}), 404);
  EXPECT_EQ(status("PATCH", "/regions/a", {{"region", {{"parent_region_id", "b"}}}}), 400);
  EXPECT_EQ(status("PATCH", "/regions/a", {{"region", {{"parent_region_id", "a"}}}}), 400);
  EXPECT_EQ(admin("GET", "/regions?parent_region_id=a").body().at("regions").as_array().size(), 1U);
  const std::string id = service("x");
  auto in = endpoint(id, "http://x");
  in["region_id"] = "b";
  const std::string used = made("/endpoints", "endpoint", in);
  EXPECT_EQ(status("DELETE", "/regions/a"), 403);
  EXPECT_EQ(status("DELETE", "/endpoints/" + used), 204);
  EXPECT_EQ(status("DELETE", "/regions/a"), 204);
  EXPECT_EQ(status("GET", "/regions/b"), 404);
  EXPECT_EQ(as("member", "GET", "/regions").status, 200);
  EXPECT_EQ(as("member", "POST", "/regions", {{"region", json::object{}}}).status, 403);
}

TEST_F(CatalogApiTest, AProjectSeesOnlyWhatItIsAssociatedWith) {
  const std::string image = own_endpoint("/image");
  const std::string top = "/OS-EP-FILTER/projects/p2/endpoints";
  EXPECT_EQ(status("PUT", top + "/" + image), 204);
  EXPECT_EQ(status("PUT", top + "/" + image), 409);
  EXPECT_EQ(status("GET", top + "/" + image), 204);
  EXPECT_EQ(status("PUT", top + "/missing"), 404);
  EXPECT_EQ(url_of("image", "p2"), "http://cloud:8774/image");
  EXPECT_EQ(url_of("compute", "p2"), "");
  EXPECT_EQ(url_of("compute", "p1"), "http://cloud:8774/compute/v2.1");
  EXPECT_EQ(services_for({"http://c", "p2", "u1"}).size(), 1U);
  EXPECT_EQ(status("DELETE", top + "/" + image), 204);
  EXPECT_EQ(status("DELETE", top + "/" + image), 404);
  EXPECT_EQ(url_of("compute", "p2"), "http://cloud:8774/compute/v2.1");
}

TEST_F(CatalogApiTest, AnEndpointGroupChoosesByAttributes) {
  const std::string group = made("/OS-EP-FILTER/endpoint_groups", "endpoint_group",
                                 {{"name", "public"}, {"filters", {{"interface", "public"}}}});
  const std::string one = "/OS-EP-FILTER/endpoint_groups/" + group;
  EXPECT_EQ(admin("GET", one + "/endpoints").body().at("endpoints").as_array().size(), 5U);
  EXPECT_EQ(status("PUT", one + "/projects/p1"), 204);
  EXPECT_EQ(status("PUT", one + "/projects/p1"), 409);
  EXPECT_EQ(status("GET", one + "/projects/p1"), 200);
  EXPECT_EQ(status("GET", one + "/projects/p2"), 404);
  const auto catalog = services_for({"http://c", "p1", "u1"});
  ASSERT_EQ(catalog.size(), 5U);
  EXPECT_EQ(catalog[0].at("endpoints").as_array().size(), 1U);
  EXPECT_EQ(status("PATCH", one, {{"endpoint_group", {{"filters", {{"colour", "red"}}}}}}), 400);
  EXPECT_EQ(status("DELETE", one), 204);
  EXPECT_EQ(services_for({"http://c", "p1", "u1"})[0].at("endpoints").as_array().size(), 3U);
}

TEST_F(CatalogApiTest, TheNearestPolicyIsTheEndpoints) {
  const auto policy = [&](const std::string& blob) {
    return made("/policies", "policy", {{"type", "application/json"}, {"blob", blob}});
  };
  const std::string by_service = policy("service");
  const std::string by_region = policy("region");
  const std::string by_endpoint = policy("endpoint");
  const std::string image = own_endpoint("/image");
  const json::value shown = admin("GET", "/endpoints/" + image).body();
  const std::string service_id(shown.at("endpoint").at("service_id").as_string());
  const std::string of = "/endpoints/" + image + "/OS-ENDPOINT-POLICY/policy";
  const auto path = [](const std::string& id, const std::string& rest) {
    return "/policies/" + id + "/OS-ENDPOINT-POLICY" + rest;
  };
  const auto found = [&] {
    const json::value body = admin("GET", of).body();
    return std::string(body.at("policy").at("id").as_string());
  };
  EXPECT_EQ(status("GET", of), 404);
  EXPECT_EQ(status("PUT", path(by_service, "/services/" + service_id)), 204);
  EXPECT_EQ(found(), by_service);
  EXPECT_EQ(status("PUT", path(by_region, "/services/" + service_id + "/regions/RegionOne")), 204);
  EXPECT_EQ(found(), by_region);
  EXPECT_EQ(status("PUT", path(by_endpoint, "/endpoints/" + image)), 204);
  EXPECT_EQ(found(), by_endpoint);
  EXPECT_EQ(status("GET", path(by_region, "/endpoints/" + image)), 404);
  const auto listed = admin("GET", path(by_service, "/endpoints"));
  EXPECT_EQ(listed.body().at("endpoints").as_array().size(), 3U);
  EXPECT_EQ(status("DELETE", "/policies/" + by_endpoint), 204);
  EXPECT_EQ(found(), by_region);
}

}  // namespace
}  // namespace virga::identity
