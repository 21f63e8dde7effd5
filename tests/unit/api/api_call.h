// SPDX-License-Identifier: Apache-2.0
// Calls of routes without a network: what a request leads to, as the server would do it.
#pragma once

#include <boost/json/parse.hpp>
#include <map>
#include <string>

#include "api/http/router.h"
#include "api/identity/policy.h"
#include "common/json.h"
#include "tests/unit/common/test_support.h"

namespace virga::test {

/// Takes the caller from the header "x-test-user" and checks the real policy table.
class TestAuthorizer final : public http::Authorizer {
 public:
  void add(const std::string& name, const std::string& project, const std::string& role) {
    http::Caller c;
    c.user_id = "user-" + name;
    c.user_name = name;
    c.project_id = project;
    static const std::vector<std::string> kRoles{"admin", "manager", "member", "reader"};
    bool implied = false;
    for (const auto& known : kRoles) {
      implied = implied || known == role;
      if (implied) c.roles.emplace_back("role-" + known, known);
    }
    callers_[name] = std::make_shared<http::Caller>(std::move(c));
  }
  bool knows(std::string_view policy) const override { return policies_.find(policy) != nullptr; }
  void authorize(http::Request& request, std::string_view policy) const override {
    const auto& found = *policies_.find(policy);
    if (found.is_public) return;
    const auto it = callers_.find(std::string(request.header("x-test-user")));
    if (it == callers_.end()) throw Error(ErrorKind::unauthorized, "Who are you?");
    request.caller = it->second;
    const auto verdict = identity::PolicyTable::ask(found, *request.caller, nullptr);
    if (verdict == identity::Verdict::no) throw Error(ErrorKind::forbidden, "No.");
    request.settled = verdict == identity::Verdict::yes;
  }
  bool allows(const http::Caller& caller, std::string_view policy,
              const http::Target& target) const override {
    return identity::PolicyTable::ask(*policies_.find(policy), caller, &target) ==
           identity::Verdict::yes;
  }

 private:
  const identity::PolicyTable policies_;
  std::map<std::string, std::shared_ptr<const http::Caller>> callers_;
};

/// What came back.
struct Reply {
  int status = 0;
  std::string text;
  http::Response whole;
  std::string service_headers;  ///< "Name: value" lines that the service adds
  http::AuditNote audit;        ///< what the handler told the record of changes
  json::value body() const { return text.empty() ? json::value() : json::parse(text); }
  std::string header(const std::string& name) const {
    for (const auto& [key, value] : whole.headers)
      if (key == name) return value;
    const std::size_t at = ("\r\n" + service_headers).find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 2;
    return service_headers.substr(from, service_headers.find("\r\n", from) - from);
  }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Routes and handles one request as the server does.
inline Reply call(const http::Router& router, const std::string& method, const std::string& target,
                  const std::string& body = "", const Headers& headers = {}) {
  http::Request request;
  request.method = method;
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  std::string query = question == std::string::npos ? "" : target.substr(question + 1);
  while (!query.empty()) {
    const std::string pair = query.substr(0, query.find('&'));
    query.erase(0, pair.size() + 1);
    const std::size_t equals = pair.find('=');
    request.query.emplace_back(pair.substr(0, equals),
                               equals == std::string::npos ? "" : pair.substr(equals + 1));
  }
  request.headers = headers;
  request.body = body;
  request.request_id = "req-" + new_uuid();
  request.peer = "192.0.2.1";
  request.base_url = "http://cloud:8774";
  http::Response response;
  const http::Match match = router.route(request, response);
  if (match.route != nullptr)
    response = router.guarded(match, request, [&] { return match.route->handler(request); });
  Reply reply{response.status, response.body, std::move(response), {}, request.audit};
  router.append_headers(reply.service_headers, match.service, request);
  return reply;
}

}  // namespace virga::test
