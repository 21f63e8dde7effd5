// SPDX-License-Identifier: Apache-2.0
#include "api/http/router.h"

#include <map>

#include "api/http/src/route_tree.h"
#include "common/log.h"

namespace virga::http {
namespace {

std::string allowed_methods(const Node& node) {
  std::string allowed;
  for (const auto& [method, routes] : node.methods)
    allowed += (allowed.empty() ? "" : ", ") + method;
  return allowed;
}

/// The routes of the method; HEAD is answered by GET.
const Alternatives* routes_of(const Node& node, const std::string& method) {
  auto it = node.methods.find(method);
  if (it == node.methods.end() && method == "HEAD") it = node.methods.find("GET");
  return it == node.methods.end() ? nullptr : &it->second;
}

const Route& route_at(const Alternatives& routes, ApiVersion version) {
  for (const auto& route : routes)
    if (route->versions.contains(version)) return *route;
  throw Error(ErrorKind::not_found,
              "API version '" + version.text() + "' is not supported on this method.");
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// What is the same in all answers of a service at one version.
std::string head_of(const Service& service, ApiVersion version) {
  std::string head;
  for (const auto& [name, value] : service.headers) append_line(head, name, value);
  if (!version.is_set()) return head;
  const Microversions& v = service.versions;
  append_line(head, "OpenStack-API-Version", v.type + " " + version.text());
  append_line(head, "Vary", "OpenStack-API-Version");
  if (v.legacy.empty()) return head;
  append_line(head, v.legacy, version.text());
  append_line(head, "Vary", v.legacy);
  return head;
}

/// A service and its answers' headers, ready to be sent.
struct ServiceEntry {
  Service service;
  std::map<ApiVersion, std::string> heads;
};

}  // namespace

struct Router::Impl {
  const Authorizer& authorizer;
  Node root;
  std::vector<std::unique_ptr<ServiceEntry>> services;

  explicit Impl(const Authorizer& a) : authorizer(a) {}

  const Service* service_of(std::string_view path) const {
    const Service* best = nullptr;
    for (const auto& entry : services) {
      const std::string& prefix = entry->service.prefix;
      const bool inside =
          path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
      if (inside && (best == nullptr || prefix.size() > best->prefix.size()))
        best = &entry->service;
    }
    return best;
  }
};

void WebSocketSession::on_binary(std::string_view) {
  throw Error(ErrorKind::invalid, "Binary messages are not taken here.");
}

Router::Router(const Authorizer& authorizer) : impl_(std::make_unique<Impl>(authorizer)) {}
Router::~Router() = default;

void Router::add_service(Service service) {
  auto entry = std::make_unique<ServiceEntry>();
  entry->service = std::move(service);
  const Service& s = entry->service;
  entry->heads[{}] = head_of(s, {});
  if (!s.versions.path.empty())
    for (ApiVersion v = s.versions.range.least; v <= s.versions.range.most; ++v.minor)
      entry->heads[v] = head_of(s, v);
  impl_->services.push_back(std::move(entry));
}

Route Router::simple(std::string_view policy, Run run, Handler handler, VersionRange versions) {
  Route route;
  route.policy = policy;
  route.run = run;
  route.handler = std::move(handler);
  route.versions = versions;
  return route;
}

void Router::add(std::string_view method, std::string_view pattern, Route route) {
  const std::string name = std::string(method) + " " + std::string(pattern);
  if (!impl_->authorizer.knows(route.policy))
    throw Error(ErrorKind::internal,
                "Route " + name + " names the unknown policy '" + route.policy + "'.");
  Node& node = node_for(impl_->root, pattern, name);
  route.method = method;
  route.pattern = pattern;
  Alternatives& routes = node.methods[std::string(method)];
  for (const auto& other : routes)
    if (other->versions.overlaps(route.versions))
      throw Error(ErrorKind::internal, "Route " + name + " is there twice.");
  routes.push_back(std::make_unique<Route>(std::move(route)));
}

void Router::each_route(const std::function<void(const Route&, const Service*)>& f) const {
  const std::function<void(const Node&)> visit = [&](const Node& node) {
    for (const auto& [method, routes] : node.methods)
      for (const auto& route : routes) f(*route, impl_->service_of(route->pattern));
    for (const auto& [segment, child] : node.literal) visit(*child);
    if (node.any) visit(*node.any);
  };
  visit(impl_->root);
}

Match Router::route(Request& request, Response& refusal) const {
  Match match;
  match.service = impl_->service_of(request.path);
  const auto refuse = [&](int status, const std::string& message) {
    refusal = error(match.service, request, status, message);
  };
  try {
    if (match.service != nullptr && !match.service->versions.path.empty() &&
        match.service->versions.covers(request.path)) {
      const Negotiated agreed = negotiate(match.service->versions, request);
      request.version = agreed.version;
      if (agreed.status != 0) return refuse(agreed.status, agreed.message), match;
    }
    const Node* node = find_node(impl_->root, request.path, request.params);
    if (node == nullptr) throw Error(ErrorKind::not_found, "The resource could not be found.");
    const Alternatives* routes = routes_of(*node, request.method);
    if (routes == nullptr && request.path.ends_with('/'))  // of an object whose id is empty
      throw Error(ErrorKind::not_found, "The resource could not be found.");
    if (routes == nullptr) {
      refuse(405, "The method is not allowed for this resource.");
      refusal.headers.emplace_back("Allow", allowed_methods(*node));
      return match;
    }
    match.asked = &route_at(*routes, request.version);
    request.service = match.service;
    request.policy = match.asked->policy;
    request.authorizer = &impl_->authorizer;
    impl_->authorizer.authorize(request, match.asked->policy);
    match.route = match.asked;
  } catch (const Error& e) {
    refuse(status_of(e.kind()), e.what());
  } catch (const std::exception& e) {
    log::error("routing failed", {{"request", request.request_id}, {"error", e.what()}});
    refuse(500, "Internal error.");
  }
  return match;
}

void Router::append_headers(std::string& out, const Service* service,
                            const Request& request) const {
  if (service == nullptr) return;
  if (!service->request_id_header.empty())
    append_line(out, service->request_id_header, request.request_id);
  for (const auto& entry : impl_->services) {
    if (&entry->service != service) continue;
    const auto it = entry->heads.find(request.version);
    if (it != entry->heads.end())
      out += it->second;
    else  // what was asked for is shown although it was refused
      out += head_of(*service, request.version);
  }
}

Response Router::guarded(const Match& match, const Request& request,
                         const std::function<Response()>& call) const {
  try {
    Response response = call();
    if (!request.settled && response.status < 400)
      throw Error(ErrorKind::internal, "The handler of " + std::string(request.policy) +
                                           " did not check its policy against the object.");
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
  Response response;
  if (service == nullptr)
    response = identity_error(status, message);
  else if (service->fault_body)
    response = service->fault_body({status, message, request, *service});
  else
    response = service->error_body(status, message);
  if (status == 401)
    response.headers.emplace_back("WWW-Authenticate",
                                  "Keystone uri=\"" + request.base_url + "/identity\"");
  if (status == 503 || status == 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace virga::http
