// SPDX-License-Identifier: Apache-2.0
// What callers of domain B may try besides asking for the objects of domain A: filters of lists
// that name them, and paths in which only the child is another's.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/api/matrix_world.h"

namespace virga::virgad {
namespace {

class MatrixProbes : public testing::Test {
 protected:
  static MatrixWorld& world() {
    static MatrixWorld one;
    return one;
  }
  /// Calls f(persona) for each caller of domain B that has a token.
  template <class F>
  static void each_stranger(F f) {
    for (const Persona& p : MatrixWorld::personas())
      if (p.side == Persona::Side::foreign && p.name != "nobody") f(p);
  }
  static bool names_a_secret(const std::string& path) {
    return std::any_of(world().secrets().begin(), world().secrets().end(),
                       [&](const auto& secret) { return path.find(secret) != std::string::npos; });
  }
  /// Calls f(route, service) for each route that is not public.
  template <class F>
  static void each_route(F f) {
    world().api().each_route([&](const http::Route& route, const http::Service* service) {
      if (route.policy != "public") f(route, service);
    });
  }
};

/// The answer without the query that some links repeat.
std::string without(std::string text, const std::string& word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;)
    text.erase(at, word.size());
  return text;
}

TEST_F(MatrixProbes, FiltersShowNothingOfOthers) {
  const std::pair<const char*, const char*> filters[] = {
      {"all_tenants", ""},
      {"tenant_id", "A1"},
      {"project_id", "A1"},
      {"owner", "A1"},
      {"parent_id", "A1"},
      {"scope.project.id", "A1"},
      {"domain_id", "A"},
      {"scope.domain.id", "A"},
      {"user_id", "MEMBER"},
      {"user.id", "MEMBER"},
      {"group.id", "GROUP"},
      {"trustor_user_id", "MEMBER"},
      {"trustee_user_id", "HELPER"},
      {"device_id", "SERVER"},
      {"network_id", "NETWORK"},
      {"marker", "IMAGE"},
      {"id", "NETWORK"},
  };
  int asked = 0;
  each_route([&](const http::Route& route, const http::Service* service) {
    if (route.method != "GET" || route.pattern.find('{') != std::string::npos) return;
    const auto call = world().call_for(route, service);
    ASSERT_TRUE(call);
    each_stranger([&](const Persona& persona) {
      for (const auto& [name, object] : filters) {
        Call filtered = *call;
        const std::string value = *object == '\0' ? "1" : world().id_of(object);
        filtered.query = {{name, value}};
        const Answer answer = world().ask(filtered, persona.name);
        ++asked;
        EXPECT_LT(answer.status, 500) << route.pattern << "?" << name << ": " << answer.text;
        if (answer.status >= 400) continue;
        const std::string text = without(answer.text, std::string(name) + "=" + value);
        for (const auto& secret : world().secrets())
          EXPECT_EQ(text.find(secret), std::string::npos)
              << secret << " is shown to " << persona.name << ": " << route.pattern << "?" << name
              << "=" << value << ": " << answer.text;
      }
    });
  });
  EXPECT_GT(asked, 1000);
}

TEST_F(MatrixProbes, ChildrenAreFoundThroughTheirParentsOnly) {
  int asked = 0;
  each_route([&](const http::Route& route, const http::Service* service) {
    if (std::count(route.pattern.begin(), route.pattern.end(), '{') < 2) return;
    each_stranger([&](const Persona& persona) {
      const auto call = world().call_for(route, service,
                                         {{"{user_id}", world().id_of("user:" + persona.name)},
                                          {"{project_id}", world().id_of("B1")},
                                          {"{domain_id}", world().id_of("B")},
                                          {"{member_id}", world().id_of("B1")}});
      ASSERT_TRUE(call);
      if (!names_a_secret(call->path)) return;  // all of it is the caller's own
      const Answer answer = world().ask(*call, persona.name);
      ++asked;
      EXPECT_GE(answer.status, 400)
          << route.method << " " << call->path << " as " << persona.name << ": " << answer.text;
      EXPECT_LT(answer.status, 500) << route.method << " " << call->path << ": " << answer.text;
    });
  });
  EXPECT_GT(asked, 100);
}

TEST_F(MatrixProbes, BodiesThatAreNoObjectsFailNoService) {
  each_route([&](const http::Route& route, const http::Service* service) {
    if (route.method != "POST" && route.method != "PUT" && route.method != "PATCH") return;
    if (route.upload) return;
    auto call = world().call_for(route, service);
    ASSERT_TRUE(call);
    for (const char* body : {"", "[]", "null", "\"x\"", "{", "{\"a\": [[]]}"}) {
      call->body = body;
      const Answer answer = world().ask(*call, "admin_a");
      EXPECT_LT(answer.status, 500)
          << route.method << " " << route.pattern << " with '" << body << "': " << answer.text;
    }
  });
}

}  // namespace
}  // namespace virga::virgad
