// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/role_view.h"

#include "api/identity/src/resource.h"

namespace virga::identity {
namespace {

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

}  // namespace

json::object role_view(const model::Role& role) {
  json::object view{{"id", role.id},
                    {"name", role.name},
                    {"domain_id", text_or_null(role.domain_id)},
                    {"description", text_or_null(role.description)},
                    {"options", parse_json(role.options)}};
  add_extra(view, role.extra);
  return view;
}

http::Response role_list(const http::Request& request, const std::vector<model::Role>& roles) {
  json::array views;
  for (const auto& role : roles) views.push_back(role_view(role));
  return collection_answer(request, "roles", std::move(views));
}

json::object short_role(const http::Request& request, const model::Role& role) {
  return {{"id", role.id},
          {"links", {{"self", link(request, "roles/" + role.id)}}},
          {"name", role.name}};
}

http::Target role_facts(const std::optional<model::Role>& role) {
  if (!role) return {};
  return {{"target.role.id", role->id},
          {"target.role.name", role->name},
          {"target.role.domain_id", role->domain_id}};
}

}  // namespace virga::identity
