// SPDX-License-Identifier: Apache-2.0
// A whole control plane without sockets, callers of every kind, and one object of domain A for each
// parameter of the routes. After a request that changed something the world is put back.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/virgad/control_plane.h"
#include "common/clock.h"
#include "common/json.h"
#include "db/model/identity.h"
#include "tests/unit/common/test_support.h"

struct sqlite3;

namespace virga::virgad {

/// A kind of caller.
struct Persona {
  std::string name;  ///< also the secret of its token; "nobody" has none
  enum class Side { own, foreign, cloud } side = Side::own;
  bool is_reader = false;  ///< has no role above "reader"
};

/// What a request led to.
struct Answer {
  int status = 0;
  std::string text;
  bool changed = false;  ///< the database is not what it was
};

struct Call {
  std::string method;
  std::string path;
  std::string body = {};
  std::string content_type = "application/json";
  std::string version = {};  ///< for OpenStack-API-Version
  std::vector<std::pair<std::string, std::string>> query = {};
};

class MatrixWorld {
 public:
  MatrixWorld();
  ~MatrixWorld();

  static const std::vector<Persona>& personas();

  const http::Router& api() const { return plane_->api(); }
  const http::Router& agents() const { return plane_->agents(); }
  store::Database& database() { return plane_->database(); }
  TimeUs now_us() const { return clock_.now_us(); }

  /// One request; afterwards the world is as it was.
  Answer ask(const Call& call, const std::string& persona);

  /// The request for a route about the objects of domain A, but for the parameters in `own`
  /// ("{user_id}"); nullopt when a parameter has none.
  std::optional<Call> call_for(const http::Route& route, const http::Service* service,
                               const std::map<std::string, std::string>& own = {}) const;
  /// The id under a name: "A1", "user:member_b".
  const std::string& id_of(const std::string& name) const { return ids_.at(name); }

  /// What nobody of domain B may be told.
  const std::vector<std::string>& secrets() const { return secrets_; }

 private:
  void make_people();
  void make_by_api();
  void make_catalog();
  void make_images();
  void make_metadefs();
  void make_limits();
  void make_delegations();
  void make_rows();
  void add_user(const std::string& name, const std::string& domain);
  void grant(const std::string& user, const std::string& role, const std::string& kind,
             const std::string& target);
  void issue(const model::Token& token, const std::string& secret);
  Answer send(const Call& call, const std::string& persona);
  /// The id of what a POST made, which must succeed.
  std::string made(const std::string& persona, const std::string& path, const std::string& body);
  std::string filled(std::string text) const;
  void remember();
  void put_back();
  std::int64_t data_version();

  const test::TempDir dir_;
  FakeClock clock_;
  Config config_;
  std::unique_ptr<ControlPlane> plane_;
  std::map<std::string, std::string> ids_;  ///< "users/{user_id}" or "{user_id}" -> id; names, too
  std::vector<std::string> secrets_;
  sqlite3* live_ = nullptr;
  sqlite3* kept_ = nullptr;
  std::int64_t seen_version_ = 0;
};

}  // namespace virga::virgad
