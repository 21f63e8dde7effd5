// SPDX-License-Identifier: Apache-2.0
// A request and a response as handlers see them: plain values, no Beast.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/version.h"
#include "common/clock.h"

namespace virga::http {

/// One kind of request that an application credential allows.
struct AccessRule {
  std::string id;
  std::string service;  ///< type of the service: "compute"
  std::string method;
  std::string path;  ///< after the service's prefix; {x} and * stand for a segment, ** for any
};

/// What a trust or an application credential says of a token made with it.
struct Delegation {
  std::string trustor_user_id;  ///< of a trust
  std::string trustee_user_id;
  bool impersonation = false;            ///< of a trust: the caller appears as the trustor
  std::string credential_name;           ///< of an application credential
  bool unrestricted = false;             ///< it may make more of its kind
  std::vector<AccessRule> access_rules;  ///< none: all requests are allowed
};

/// Who sends a request, from a verified token. Never from other headers.
struct Caller {
  std::string token_hash;
  std::string audit_id;
  std::string parent_audit_id;       ///< of the first token of a chain; empty: this is the first
  std::vector<std::string> methods;  ///< how the user proved himself: "password", "token"
  std::string user_id;
  std::string user_name;
  std::string user_domain_id;
  std::string user_domain_name;
  std::string project_id;  ///< empty: the token is not of a project
  std::string project_name;
  std::string project_domain_id;
  std::string project_domain_name;
  std::string domain_id;  ///< of a domain-scoped token, else empty
  std::string domain_name;
  bool is_system = false;                        ///< a system-scoped token
  std::string trust_id;                          ///< the trust that the token uses, or empty
  std::string application_credential_id;         ///< the credential that it was made with, or empty
  std::string oauth_token_id;                    ///< the OAuth1 access token that it uses, or empty
  std::shared_ptr<const Delegation> delegation;  ///< of the trust or application credential
  std::vector<std::pair<std::string, std::string>> roles;  ///< id, name; implied ones included
  TimeUs issued_us = 0;
  TimeUs expires_us = 0;
  TimeUs password_expires_us = 0;  ///< of the user; 0: never

  bool has_role(std::string_view name) const noexcept;
  bool is_admin() const noexcept { return has_role("admin"); }
};

/// Facts about the object that a request is about, under the names that policies use:
/// "target.user.domain_id", "project_id". An empty value stands for null.
using Target = std::vector<std::pair<std::string_view, std::string>>;

class Authorizer;
class Service;

/// What a handler adds to the record of a change. Never a secret.
struct AuditNote {
  std::string user;         ///< who tried, when no token says it: the name in a login
  std::string user_domain;  ///< of that name
  std::string target;       ///< what the change made or was about, when the path does not say it
};

struct Request {
  std::string method;
  std::string path;  ///< still encoded, without the query; the router decodes its segments
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::vector<std::pair<std::string, std::string>> params;  ///< of the route: {id} -> value
  std::string request_id;                                   ///< "req-<uuid>"
  std::string global_request_id;   ///< the client's own "req-<uuid>", for logs; empty: none
  ApiVersion version;              ///< that was agreed on; 0.0 where the service has none
  std::string peer;                ///< the address the connection comes from
  std::string certificate_sha256;  ///< of the client certificate that TLS verified; empty: none
  std::string base_url;            ///< "http://address:port" under which the client reached us
  mutable AuditNote audit;         ///< filled by handlers
  std::shared_ptr<const Caller> caller;  ///< set when the route's policy asks for one

  /// The first header of that (lower-case) name, or "".
  std::string_view header(std::string_view name) const noexcept;
  /// The first query parameter of that name.
  std::optional<std::string> parameter(std::string_view name) const;
  /// A parameter of the route. The route must have it.
  const std::string& param(std::string_view name) const;
  /// The body as JSON.  @throws Error{invalid}
  boost::json::value json() const;
  /// The caller of a route whose policy asks for one.
  const Caller& who() const { return *caller; }

  const Service* service = nullptr;        ///< set with the route
  std::string_view policy;                 ///< of the route
  const Authorizer* authorizer = nullptr;  ///< set with the route
  /// False while the route's policy depends on the object and require() was not called.
  mutable bool settled = true;

  /// Checks the route's policy against the object. The handler of a route whose policy depends on
  /// its object must call it before it shows or changes anything; an object that is not there has
  /// no facts: `request.require(user ? facts_of(*user) : Target{})`.
  /// @throws Error{forbidden}
  void require(const Target& target) const;
  /// True when the caller may use another policy as well.
  bool allows(std::string_view other_policy, const Target& target = {}) const;
};

/// Gives the bytes of a body, from a pool thread, one call at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Up to `most` bytes at `offset`, valid until the next call. An exception or no bytes end the
  /// connection, so that the client sees that the body is not whole.
  virtual std::string_view read(std::int64_t offset, std::size_t most) = 0;
};

/// A body that is streamed.
struct FileBody {
  std::shared_ptr<BodySource> source;
  std::int64_t offset = 0;
  std::int64_t size = 0;  ///< bytes to send
};

/// Makes the next part of a long answer: appends it to `out` and says whether there is more. Called
/// on a pool thread, one call at a time; some 64 KiB a call are a good size. When it throws, the
/// connection ends, and the client sees that the answer is not whole.
using Pieces = std::function<bool(std::string& out)>;

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<FileBody> file;  ///< sent instead of `body`
  Pieces pieces;                   ///< sent after `body`, as they are made
};

/// A JSON answer.
Response json_response(int status, const boost::json::value& body);
/// The same for an object that lies in memory of its own.
Response object_response(int status, const boost::json::object& body);
/// An answer without a body.
Response empty_response(int status);

}  // namespace virga::http
