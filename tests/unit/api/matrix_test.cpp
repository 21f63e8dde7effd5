// SPDX-License-Identifier: Apache-2.0
// The matrix of what every kind of caller gets from every route, about an object of domain A. The
// table matrix.tsv has a row for each route: a route without one does not pass. What must hold
// whatever the table says is asserted besides. VIRGA_MATRIX_WRITE=1 writes the table anew; read the
// difference before it is committed. VIRGA_MATRIX_SHOW=TEXT prints the answers of the routes that
// have TEXT in "METHOD /path".
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "api/identity/authorizer.h"
#include "api/virgad/route_list.h"
#include "common/hash.h"
#include "tests/unit/api/matrix_world.h"

namespace virga::virgad {
namespace {

using Side = Persona::Side;

/// 501 says what the cloud does not do.
bool is_failure(int status) {
  return status >= 500 && status != 501;
}

char cell_of(int status) {
  if (is_failure(status)) return '!';
  if (status < 400) return '+';
  if (status == 401) return '-';
  if (status == 403) return 'x';
  if (status == 404) return '?';
  return '~';
}

/// What one caller got from one route.
struct Outcome {
  const Persona* persona = nullptr;
  Answer answer;
  bool done() const { return answer.status < 400; }
};

struct Row {
  std::string method;
  std::string pattern;
  std::string versions;
  std::string policy;
  std::vector<Outcome> outcomes;  ///< as many as there are personas

  std::string name() const { return method + " " + pattern; }
  std::string key() const { return method + "\t" + pattern + "\t" + versions; }
  std::string line() const {
    std::string cells;
    for (const auto& o : outcomes) cells += cell_of(o.answer.status);
    return key() + "\t" + policy + "\t" + cells;
  }
};

std::string text_of(const Row& row, const Outcome& o) {
  return row.name() + " as " + o.persona->name + ": " + std::to_string(o.answer.status) + " " +
         o.answer.text.substr(0, 300);
}

struct Matrix {
  MatrixWorld world;
  std::vector<Row> rows;
  std::vector<std::string> without_object;

  void show(const std::string& part) const;
  Matrix() {
    world.api().each_route([&](const http::Route& route, const http::Service* service) {
      Row row{route.method, route.pattern, text_of_versions(route.versions), route.policy, {}};
      const auto call = world.call_for(route, service);
      if (!call) return without_object.push_back(row.name());
      for (const Persona& persona : MatrixWorld::personas())
        row.outcomes.push_back({&persona, world.ask(*call, persona.name)});
      rows.push_back(std::move(row));
    });
    if (const char* shown = std::getenv("VIRGA_MATRIX_SHOW")) show(shown);
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::pair(a.pattern, a.key()) < std::pair(b.pattern, b.key());
    });
  }
};

void Matrix::show(const std::string& part) const {
  for (const Row& row : rows)
    for (const Outcome& o : row.outcomes)
      if (row.name().find(part) != std::string::npos) std::cout << text_of(row, o) << "\n";
}

/// Made once: the tests look at the same answers.
Matrix& matrix() {
  static Matrix one;
  return one;
}

/// Calls f(row, outcome) for each cell.
template <class F>
void each(F f) {
  for (const Row& row : matrix().rows)
    for (const Outcome& outcome : row.outcomes) f(row, outcome);
}

bool is_change(const Row& row) {
  return row.method != "GET" && row.method != "HEAD";
}

using Names = std::set<std::string>;

// What a token without a scope is good for, besides /auth and one's own user.
const Names kWithoutScope{
    // Documents that say nothing of anybody.
    "GET /identity/v3/limits/model",
    "GET /image/v2/info/import",
    "GET /image/v2/info/stores",
    "GET /virga/v1/clouds.yaml",
    "GET /virga/v1/openrc",
    // The cloud's own facts, for everybody who has a token.
    "GET /compute/v2.1/os-availability-zone",
    "GET /identity/v3/regions",
    "GET /identity/v3/regions/{region_id}",
    "GET /identity/v3/registered_limits",
    "GET /identity/v3/registered_limits/{limit_id}",
    "GET /compute/v2.1/extensions",
    "GET /compute/v2.1/extensions/{alias}",
    "GET /compute/v2.1/flavors",
    "GET /compute/v2.1/flavors/detail",
    "GET /compute/v2.1/flavors/{id}",
    "GET /compute/v2.1/os-quota-sets/{id}/defaults",
    // Of the token's project: there is none, the lists are empty.
    "GET /compute/v2.1/limits",
    "GET /identity/v3/limits",
    "GET /image/v2/info/usage",
    // Of the user, whatever his token is for.
    "GET /compute/v2.1/os-keypairs",
    "POST /compute/v2.1/os-keypairs",
    "GET /compute/v2.1/os-keypairs/{name}",
    "DELETE /compute/v2.1/os-keypairs/{name}",
    "GET /identity/v3/credentials",
    "POST /identity/v3/credentials",
    "GET /identity/v3/credentials/{credential_id}",
    "PATCH /identity/v3/credentials/{credential_id}",
    "DELETE /identity/v3/credentials/{credential_id}",
    "POST /identity/v3/OS-TRUST/trusts",
    "GET /identity/v3/OS-TRUST/trusts/{trust_id}",
    "DELETE /identity/v3/OS-TRUST/trusts/{trust_id}",
    "GET /identity/v3/OS-TRUST/trusts/{trust_id}/roles",
    "GET /identity/v3/OS-TRUST/trusts/{trust_id}/roles/{role_id}",
};

// What somebody who only reads may change all the same.
const Names kReadersOwn{
    "POST /compute/v2.1/os-keypairs",  // key pairs belong to users, not to projects
};

// Objects of the cloud, which have an id and no owner.
const Names kOfTheCloud{
    "GET /compute/v2.1/extensions/{alias}",
    "GET /compute/v2.1/flavors/{id}",
    "GET /compute/v2.1/flavors/{id}/os-extra_specs",
    "GET /compute/v2.1/flavors/{id}/os-extra_specs/{key}",
    "GET /compute/v2.1/os-quota-sets/{id}/defaults",
    "GET /identity/v3/regions/{region_id}",
    "GET /identity/v3/registered_limits/{limit_id}",
};

// Documents of the cloud with an id that the caller brought, whether there is such an object or
// not.
const Names kRepeatTheirPath{
    "GET /compute/v2.1/os-quota-sets/{id}/defaults",
};

// What would outlive a delegation, or is worth more than it.
const Names kBeyondDelegations{
    "POST /identity/v3/credentials",
    "GET /identity/v3/credentials/{credential_id}",
    "PATCH /identity/v3/credentials/{credential_id}",
    "DELETE /identity/v3/credentials/{credential_id}",
    "POST /identity/v3/users/{user_id}/credentials/OS-EC2",
    "GET /identity/v3/users/{user_id}/credentials/OS-EC2",
    "GET /identity/v3/users/{user_id}/credentials/OS-EC2/{access}",
    "DELETE /identity/v3/users/{user_id}/credentials/OS-EC2/{access}",
    "POST /identity/v3/users/{user_id}/application_credentials",
    "DELETE /identity/v3/users/{user_id}/application_credentials/{application_credential_id}",
    "POST /identity/v3/OS-TRUST/trusts",
};

TEST(Matrix, EveryParameterHasAnObject) {
  std::string missing;
  for (const auto& name : matrix().without_object) missing += "\n  " + name;
  EXPECT_TRUE(missing.empty()) << "Say in matrix_bodies.cpp which objects these routes are about:"
                               << missing;
}

TEST(Matrix, NoAnswerIsAFailureOfTheService) {
  each([](const Row& row, const Outcome& o) {
    EXPECT_FALSE(is_failure(o.answer.status)) << text_of(row, o);
  });
}

TEST(Matrix, WithoutATokenOnlyPublicRoutesAnswer) {
  each([](const Row& row, const Outcome& o) {
    if (o.persona->name != "nobody" || row.policy == "public") return;
    EXPECT_EQ(o.answer.status, 401) << text_of(row, o);
  });
}

TEST(Matrix, WhatThePolicyRefusesIsForbidden) {
  auto& world = matrix().world;
  const identity::PolicyTable policies;
  each([&](const Row& row, const Outcome& o) {
    const auto caller = world.database().read([&](store::ReadTx& tx) {
      return identity::load_caller(tx, sha256_hex(o.persona->name), world.now_us());
    });
    if (o.persona->name == "nobody") return;
    ASSERT_NE(caller, nullptr) << o.persona->name;
    const auto verdict = identity::PolicyTable::ask(*policies.find(row.policy), *caller, nullptr);
    if (verdict == identity::Verdict::no) {
      EXPECT_EQ(o.answer.status, 403) << text_of(row, o);
    }
  });
}

TEST(Matrix, ARefusedRequestAndAGetChangeNothing) {
  each([](const Row& row, const Outcome& o) {
    if (o.answer.status >= 400 || !is_change(row)) {
      EXPECT_FALSE(o.answer.changed) << text_of(row, o);
    }
  });
}

TEST(Matrix, StrangersGetNothingOfAnothersObjects) {
  each([](const Row& row, const Outcome& o) {
    if (o.persona->side != Side::foreign || row.policy == "public" || !o.done()) return;
    if (row.pattern.find('{') != std::string::npos && !kOfTheCloud.contains(row.name())) {
      ADD_FAILURE() << text_of(row, o);
    }
    if (kRepeatTheirPath.contains(row.name())) return;
    for (const auto& secret : matrix().world.secrets())
      EXPECT_EQ(o.answer.text.find(secret), std::string::npos)
          << secret << " is shown: " << text_of(row, o);
  });
}

TEST(Matrix, WhoMayOnlyReadChangesNothingButHisOwn) {
  each([](const Row& row, const Outcome& o) {
    if (!o.persona->is_reader || !is_change(row) || row.policy == "public") return;
    if (o.done() && !kReadersOwn.contains(row.name())) ADD_FAILURE() << text_of(row, o);
  });
}

TEST(Matrix, ATokenWithoutAScopeIsForOnesOwnThings) {
  each([](const Row& row, const Outcome& o) {
    if (o.persona->name != "unscoped" || row.policy == "public" || !o.done()) return;
    const bool own = row.pattern.starts_with("/identity/v3/auth/") ||
                     row.pattern.starts_with("/identity/v3/users/{user_id}") ||
                     row.pattern.starts_with("/image/v2/schemas/");
    if (!own && !kWithoutScope.contains(row.name())) ADD_FAILURE() << text_of(row, o);
  });
}

TEST(Matrix, ADelegationMakesAndSeesNoCredentials) {
  Names left = kBeyondDelegations;
  each([&](const Row& row, const Outcome& o) {
    left.erase(row.name());
    if (o.persona->name != "credential_a" && o.persona->name != "trustee_a") return;
    if (kBeyondDelegations.contains(row.name())) {
      EXPECT_EQ(o.answer.status, 403) << text_of(row, o);
    }
    if (row.name() == "GET /identity/v3/credentials") {
      EXPECT_EQ(o.answer.text.find("\"blob\""), std::string::npos) << text_of(row, o);
    }
  });
  EXPECT_TRUE(left.empty()) << "There is no route " << *left.begin();
}

TEST(Matrix, HostsRoutesAskForACertificate) {
  std::string table;
  for (const RouteLine& line : list_routes(matrix().world.agents()))
    table += line.method + " " + line.pattern + " " + line.policy + "\n";
  EXPECT_EQ(table,
            "GET /agent/v1/consoles/{session} agent:host\n"
            "POST /agent/v1/enrol agent:enrol\n"
            "GET /agent/v1/images/{digest} agent:host\n"
            "PUT /agent/v1/snapshots/{image_id} agent:host\n"
            "GET /agent/v1/stream agent:host\n");
}

// --- The table

std::string heading() {
  std::string text =
      "# What every kind of caller gets from every route, about an object of domain A: '+' it is\n"
      "# done, '-' 401, 'x' 403, '?' 404, '~' another refusal. Written by VIRGA_MATRIX_WRITE=1\n"
      "# matrix_test. Callers, from the left:";
  for (const Persona& p : MatrixWorld::personas()) text += " " + p.name;
  return text + "\n# method\tpath\tversions\tpolicy\tcallers\n";
}

std::map<std::string, std::string> read_table() {
  std::map<std::string, std::string> lines;
  std::ifstream file(VIRGA_MATRIX_TABLE);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::size_t end = 0;
    for (int tabs = 0; tabs < 3; ++tabs) end = line.find('\t', end) + 1;
    lines[line.substr(0, end - 1)] = line;
  }
  return lines;
}

TEST(Matrix, IsAsTheTableSays) {
  if (std::getenv("VIRGA_MATRIX_WRITE") != nullptr) {
    std::ofstream file(VIRGA_MATRIX_TABLE);
    file << heading();
    for (const Row& row : matrix().rows) file << row.line() << "\n";
    return;
  }
  auto expected = read_table();
  for (const Row& row : matrix().rows) {
    const auto it = expected.find(row.key());
    if (it == expected.end()) {
      ADD_FAILURE() << "A route without a row in matrix.tsv: " << row.line();
      continue;
    }
    EXPECT_EQ(it->second, row.line());
    expected.erase(it);
  }
  for (const auto& [key, line] : expected)
    ADD_FAILURE() << "A row of matrix.tsv without a route: " << line;
}

}  // namespace
}  // namespace virga::virgad
