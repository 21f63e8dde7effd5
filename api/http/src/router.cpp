// SPDX-License-Identifier: Apache-2.0
#include "api/http/router.h"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>
#include <map>

#include "common/log.h"

namespace virga::http {
namespace {

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> any;
  std::string any_name;
  std::map<std::string, Route, std::less<>> methods;
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    if (path.front() == '/') {
      path.remove_prefix(1);
      continue;
    }
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end, path.size()));
  }
  return segments;
}

/// The value of a path segment; segments that do not decode match no route.
std::string decoded(std::string_view segment) {
  const auto checked = boost::urls::make_pct_string_view({segment.data(), segment.size()});
  if (!checked) throw Error(ErrorKind::invalid, "The path is not encoded correctly.");
  std::string value = checked->decode();
  if (value.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid, "The path has a character that is not allowed.");
  return value;
}

/// Literal children win over the parameter, at each level.
const Node* descend(const Node& node, const std::vector<std::string_view>& path, std::size_t depth,
                    std::vector<std::pair<std::string, std::string>>& params) {
  if (depth == path.size()) return node.methods.empty() ? nullptr : &node;
  if (const auto it = node.literal.find(path[depth]); it != node.literal.end())
    if (const Node* found = descend(*it->second, path, depth + 1, params)) return found;
  if (!node.any) return nullptr;
  params.emplace_back(node.any_name, decoded(path[depth]));
  if (const Node* found = descend(*node.any, path, depth + 1, params)) return found;
  params.pop_back();
  return nullptr;
}

std::string allowed_methods(const Node& node) {
  std::string allowed;
  for (const auto& [method, route] : node.methods)
    allowed += (allowed.empty() ? "" : ", ") + method;
  return allowed;
}

}  // namespace

struct Router::Impl {
  const Authorizer& authorizer;
  Node root;
  std::vector<std::unique_ptr<Service>> services;

  explicit Impl(const Authorizer& a) : authorizer(a) {}

  const Service* service_of(std::string_view path) const {
    const Service* best = nullptr;
    for (const auto& service : services) {
      const std::string& prefix = service->prefix;
      const bool inside =
          path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
      if (inside && (best == nullptr || prefix.size() > best->prefix.size())) best = service.get();
    }
    return best;
  }
};

Router::Router(const Authorizer& authorizer) : impl_(std::make_unique<Impl>(authorizer)) {}
Router::~Router() = default;

void Router::add_service(Service service) {
  impl_->services.push_back(std::make_unique<Service>(std::move(service)));
}

void Router::add(std::string_view method, std::string_view pattern, Route route) {
  const std::string name = std::string(method) + " " + std::string(pattern);
  if (!impl_->authorizer.knows(route.policy))
    throw Error(ErrorKind::internal,
                "Route " + name + " names the unknown policy '" + route.policy + "'.");
  Node* node = &impl_->root;
  for (const std::string_view segment : segments_of(pattern)) {
    if (segment.front() == '{') {
      const std::string_view parameter = segment.substr(1, segment.size() - 2);
      if (!node->any) {
        node->any = std::make_unique<Node>();
        node->any_name = parameter;
      } else if (node->any_name != parameter) {
        throw Error(ErrorKind::internal,
                    "Route " + name + " calls a parameter '" + std::string(parameter) +
                        "' that another route calls '" + node->any_name + "'.");
      }
      node = node->any.get();
    } else {
      auto& child = node->literal[std::string(segment)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
  }
  if (!node->methods.emplace(method, std::move(route)).second)
    throw Error(ErrorKind::internal, "Route " + name + " is there twice.");
}

Match Router::route(Request& request, Response& refusal) const {
  Match match;
  match.service = impl_->service_of(request.path);
  try {
    const Node* node = descend(impl_->root, segments_of(request.path), 0, request.params);
    if (node == nullptr) throw Error(ErrorKind::not_found, "The resource could not be found.");
    auto it = node->methods.find(request.method);
    if (it == node->methods.end() && request.method == "HEAD") it = node->methods.find("GET");
    if (it == node->methods.end()) {
      refusal = error(match.service, request, 405, "The method is not allowed for this resource.");
      refusal.headers.emplace_back("Allow", allowed_methods(*node));
      return match;
    }
    request.policy = it->second.policy;
    request.authorizer = &impl_->authorizer;
    impl_->authorizer.authorize(request, it->second.policy);
    match.route = &it->second;
  } catch (const Error& e) {
    refusal = error(match.service, request, status_of(e.kind()), e.what());
  } catch (const std::exception& e) {
    log::error("routing failed", {{"request", request.request_id}, {"error", e.what()}});
    refusal = error(match.service, request, 500, "Internal error.");
  }
  return match;
}

Response Router::guarded(const Match& match, const Request& request,
                         const std::function<Response()>& call) const {
  try {
    Response response = call();
    if (!request.settled && response.status < 400)
      throw Error(ErrorKind::internal, "The handler of " + std::string(request.policy) +
                                           " did not check its policy against the object.");
    if (match.service != nullptr)
      response.headers.insert(response.headers.end(), match.service->headers.begin(),
                              match.service->headers.end());
    return response;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::internal && e.kind() != ErrorKind::unknown)
      return error(match.service, request, status_of(e.kind()), e.what());
    log::error("request failed", {{"request", request.request_id}, {"error", e.what()}});
  } catch (const std::exception& e) {
    log::error("request failed", {{"request", request.request_id}, {"error", e.what()}});
  }
  return error(
      match.service, request, 500,
      "An unexpected error prevented the server from fulfilling your request. Request id: " +
          request.request_id);
}

Response Router::error(const Service* service, const Request& request, int status,
                       const std::string& message) const {
  Response response =
      service != nullptr ? service->error_body(status, message) : identity_error(status, message);
  if (service != nullptr)
    response.headers.insert(response.headers.end(), service->headers.begin(),
                            service->headers.end());
  if (status == 401)
    response.headers.emplace_back("WWW-Authenticate",
                                  "Keystone uri=\"" + request.base_url + "/identity\"");
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response identity_error(int status, const std::string& message) {
  return json_response(
      status,
      {{"error",
        {{"code", status}, {"message", message}, {"title", std::string(reason_of(status))}}}});
}

int status_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::unauthorized:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::internal:
    case ErrorKind::unknown:
      return 500;
  }
  return 500;
}

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return status >= 500 ? "Internal Server Error" : "Error";
  }
}

}  // namespace virga::http
