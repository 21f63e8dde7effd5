// SPDX-License-Identifier: Apache-2.0
// Flavors: create, describe, delete.
#include <charconv>
#include <cmath>

#include "api/compute/src/flavor_view.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/flavors.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::WriteTx;

constexpr double kMaxFactor = 3.40282e+38;
constexpr TextRule kDescription{0, 65535, TextRule::Form::printable};

bool is_flavor_id(std::string_view id) {
  for (const char c : id)
    if (!std::isalnum(static_cast<unsigned char>(c)) &&
        std::string_view(". _-").find(c) == std::string_view::npos)
      return false;
  return !id.empty() && !id.starts_with(' ') && !id.ends_with(' ');
}

/// A text, a number as text, or a new id.
std::string read_id(const Fields& in) {
  const json::value* value = in.raw().if_contains("id");
  if (value == nullptr || value->is_null()) return new_uuid();
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (value->is_uint64()) return std::to_string(value->get_uint64());
  if (value->is_double()) return decimal(value->get_double());
  std::string id = read_text("id", *value, {1, 255});
  if (!is_flavor_id(id))
    refuse_field("id", *value, "does not match '^(?! )[a-zA-Z0-9. _-]+(?<! )$'");
  return id;
}

/// Digits, and more behind a point.
bool is_plain_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return digits(text.substr(0, point)) &&
         (point == std::string_view::npos || digits(text.substr(point + 1)));
}

std::string read_factor(const Fields& in) {
  const json::value* value = in.raw().if_contains("rxtx_factor");
  if (value == nullptr) return "1.0";
  double factor = 0;
  if (value->is_string()) {
    const std::string text = read_text("rxtx_factor", *value, {});
    if (!is_plain_decimal(text))
      refuse_field("rxtx_factor", *value, R"(does not match '^[0-9]+(\.[0-9]+)?$')");
    if (std::from_chars(text.data(), text.data() + text.size(), factor).ec != std::errc{})
      factor = HUGE_VAL;
  } else if (value->is_number()) {
    factor = value->to_number<double>();
  } else {
    refuse_field("rxtx_factor", *value, "is not of type 'number', 'string'");
  }
  if (factor <= 0) refuse_field("rxtx_factor", *value, "is less than or equal to the minimum of 0");
  if (factor > kMaxFactor)
    refuse_field("rxtx_factor", *value, "is greater than the maximum of 3.40282e+38");
  return decimal(factor);
}

std::optional<std::string> read_description(const Fields& in) {
  const json::value& value = in.raw().at("description");
  if (value.is_null()) return std::nullopt;
  return read_text("description", value, kDescription);
}

model::Flavor read_flavor(const Request& request, const json::value& body) {
  const Fields in = envelope(body, "flavor");
  const bool may_describe = at_least(request, 55);
  in.only({"name", "id", "ram", "vcpus", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "rxtx_factor",
           "os-flavor-access:is_public", may_describe ? "description" : "name"});
  model::Flavor f;
  f.name = text_of(in, "name", kName);
  f.memory_mib = integer_of(in, "ram", 1);
  f.vcpus = integer_of(in, "vcpus", 1);
  f.disk_gib = integer_of(in, "disk", 0);
  f.swap_mib = integer_or(in, "swap", 0, 0);
  f.ephemeral_gib = integer_or(in, "OS-FLV-EXT-DATA:ephemeral", 0, 0);
  f.rxtx_factor = read_factor(in);
  f.is_public = boolean_or(in, "os-flavor-access:is_public", true);
  f.id = read_id(in);
  if (may_describe && in.has("description")) {
    const auto description = read_description(in);
    f.described = description.has_value();
    f.description = description.value_or("");
  }
  return f;
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  model::Flavor f = read_flavor(request, body);
  f.created_us = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) { store::flavors::insert(tx, f); });
  request.audit.target = f.id;
  return flavor_answer(request, f);
}

Response update(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "flavor");
  in.only({"description"});
  if (!in.has("description"))
    throw Error(ErrorKind::invalid, "'description' is a required property");
  const auto description = read_description(in);
  const auto flavor = deps.db.write([&](WriteTx& tx) {
    const model::Flavor found = get_flavor(tx, request, request.param("id"));
    store::flavors::set_description(tx, found.id, description, deps.clock.now_us());
    return get_flavor(tx, request, found.id);
  });
  return flavor_answer(request, flavor);
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  deps.db.write([&](WriteTx& tx) {
    if (!store::flavors::erase(tx, id))
      throw Error(ErrorKind::not_found, "Flavor " + id + " could not be found.");
  });
  return http::empty_response(202);
}

}  // namespace

void add_flavor_manage_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/compute/v2.1/flavors", "os_compute_api:os-flavor-manage:create", bind(create));
  r.put("/compute/v2.1/flavors/{id}", "os_compute_api:os-flavor-manage:update", bind(update),
        http::since({2, 55}));
  r.del("/compute/v2.1/flavors/{id}", "os_compute_api:os-flavor-manage:delete", bind(remove));
}

}  // namespace virga::compute
