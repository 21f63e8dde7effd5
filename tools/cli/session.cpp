// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/session.h"

#include <boost/json/serialize.hpp>

#include "common/json.h"
#include "tools/cli/auth_body.h"
#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"

namespace virga::cli {
namespace {

using http::RestAnswer;
using http::RestRequest;

/// The address of Identity v3, whatever the configuration's address ends with.
std::string identity_url(const CloudConfig& cloud) {
  std::string url = cloud.of("auth_url");
  while (url.ends_with('/')) url.pop_back();
  return url.ends_with("/v3") ? url : url + "/v3";
}

/// What follows an endpoint that the catalog has without its version.
std::string versioned(const std::string& service, std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const auto ensure = [&](const char* version) {
    if (url.find(std::string("/") + version) == std::string::npos)
      url += std::string("/") + version;
  };
  if (service == "image") ensure("v2");
  if (service == "network") ensure("v2.0");
  if (service == "identity") ensure("v3");
  return url;
}

/// The endpoint of a catalog that suits; "" when there is none.
std::string endpoint_in(const json::object& facts, const std::string& service,
                        const CloudConfig& cloud) {
  const json::value* catalog = facts.if_contains("catalog");
  if (catalog == nullptr || !catalog->is_array()) return {};
  for (const auto& entry : catalog->get_array()) {
    if (!entry.is_object() || text_at(entry.get_object(), "type") != service) continue;
    const json::value* endpoints = entry.get_object().if_contains("endpoints");
    if (endpoints == nullptr || !endpoints->is_array()) continue;
    for (const auto& endpoint : endpoints->get_array()) {
      if (!endpoint.is_object()) continue;
      const json::object& e = endpoint.get_object();
      const bool in_region = cloud.region.empty() || text_at(e, "region_id") == cloud.region ||
                             text_at(e, "region") == cloud.region;
      if (in_region && text_at(e, "interface") == cloud.interface) return text_at(e, "url");
    }
  }
  return {};
}

json::value body_of(const RestAnswer& answer) {
  return answer.body.empty() ? json::value(nullptr) : parse_json(answer.body);
}

std::string first_message(const json::object& object) {
  if (const auto text = text_at(object, "message"); !text.empty()) return text;
  if (const auto text = text_at(object, "detail"); !text.empty()) return text;
  return {};
}

}  // namespace

std::string reason_in(const RestAnswer& answer) {
  try {
    const json::value body = parse_json(answer.body);
    if (body.is_object()) {
      if (const auto text = first_message(body.get_object()); !text.empty()) return text;
      for (const auto& member : body.get_object()) {  // {"itemNotFound": {"message": ...}}
        if (!member.value().is_object()) continue;
        if (const auto text = first_message(member.value().get_object()); !text.empty())
          return text;
      }
    }
  } catch (const Error&) {
    // Not JSON: some services answer with pages.
  }
  return "The cloud answered with status " + std::to_string(answer.status) + ".";
}

std::string percent_encoded(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    if (std::isalnum(b) || c == '-' || c == '_' || c == '.' || c == '~')
      out += c;
    else
      out += std::string("%") + kDigits[b >> 4U] + kDigits[b & 15U];
  }
  return out;
}

Session::Session(CloudConfig cloud, TokenCache cache, Ask ask)
    : cloud_(std::move(cloud)), cache_(std::move(cache)), ask_(std::move(ask)) {}

/// Where the cloud's addresses begin: what auth_url has before its service's path.
std::string Session::root() const {
  std::string url = identity_url(cloud_);
  url.resize(url.size() - std::string_view("/v3").size());
  for (const std::string_view service : {"/identity", "/keystone"})
    if (url.ends_with(service)) url.resize(url.size() - service.size());
  return url;
}

const Token& Session::login() {
  if (const auto missing = missing_secret(cloud_); !missing.empty())
    cloud_.auth[missing] = ask_(missing);
  RestRequest request{"POST",
                      identity_url(cloud_) + "/auth/tokens",
                      {{"Content-Type", "application/json"}},
                      json::serialize(auth_body(cloud_))};
  const RestAnswer answer = http::exchange(request, {cloud_.verify, cloud_.cacert});
  if (answer.status != 201)
    throw Failure(exit_of_status(answer.status), "Login failed: " + reason_in(answer));
  const json::value body = body_of(answer);
  Token token{std::string(answer.header("X-Subject-Token")), {}};
  if (token.secret.empty() || !body.is_object())
    throw Failure(Exit::failed, cloud_.of("auth_url") + " is not the address of an Identity API.");
  token.facts = Fields(body.get_object(), "body").object("token").raw();
  token_ = std::move(token);
  is_fresh_ = true;
  cache_.keep(cloud_, *token_);
  return *token_;
}

const Token& Session::token() {
  if (!token_) token_ = cache_.find(cloud_, SystemClock().now_us());
  return token_ ? *token_ : login();
}

std::string Session::url_of(const std::string& service) {
  if (service == "virga") return root() + "/virga/v1";
  std::string url = endpoint_in(token().facts, service, cloud_);
  if (url.empty() && service == "identity") url = identity_url(cloud_);
  if (url.empty())
    throw Failure(Exit::failed,
                  "The catalog has no " + cloud_.interface + " endpoint of the service " + service +
                      (cloud_.region.empty() ? "." : " in region " + cloud_.region + "."));
  return versioned(service, std::move(url));
}

/// A token that was ended meanwhile is made anew, once.
RestAnswer Session::send(const RestRequest& request) {
  for (;;) {
    RestRequest signed_one = request;
    signed_one.headers.emplace_back("X-Auth-Token", token().secret);
    RestAnswer answer = http::exchange(signed_one, {cloud_.verify, cloud_.cacert});
    if (answer.status != 401 || is_fresh_) return answer;
    cache_.forget(cloud_);
    login();
  }
}

RestAnswer Session::raw(RestRequest request) {
  const std::string base = root();
  if (request.url.starts_with('/')) {
    request.url = base + request.url;
  } else if (!request.url.starts_with(base + "/")) {
    // The token goes to this cloud only.
    throw Failure(Exit::usage, "'" + request.url + "' is not an address of the cloud '" +
                                   cloud_.name + "', whose addresses begin with " + base + "/.");
  }
  return send(request);
}

RestAnswer Session::send_call(const Call& call) {
  RestRequest request{call.method, url_of(call.service) + call.path, call.headers};
  request.limit = call.limit;
  if (!call.body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::serialize(call.body);
  }
  return send(request);
}

json::value Session::call(const Call& call) {
  const RestAnswer answer = send_call(call);
  if (answer.status >= 400) throw Failure(exit_of_status(answer.status), reason_in(answer));
  return body_of(answer);
}

std::optional<json::value> Session::find(const Call& call) {
  const RestAnswer answer = send_call(call);
  if (answer.status == 404) return std::nullopt;
  if (answer.status >= 400) throw Failure(exit_of_status(answer.status), reason_in(answer));
  return body_of(answer);
}

}  // namespace virga::cli
