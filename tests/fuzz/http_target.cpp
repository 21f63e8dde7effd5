// SPDX-License-Identifier: Apache-2.0
// A request's target: path, query, and the route that is found for it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/paging.h"
#include "api/http/router.h"
#include "api/http/src/request_head.h"

namespace {

using namespace virga::http;

class Anyone final : public Authorizer {
 public:
  bool knows(std::string_view) const override { return true; }
  void authorize(Request&, std::string_view) const override {}
  bool allows(const Caller&, std::string_view, const Target&) const override { return true; }
};

Router& router() {
  static const Anyone anyone;
  static Router made(anyone);
  static const bool filled = [] {
    made.add_service({"/svc", identity_error, {}});
    for (const char* pattern : {"/", "/svc", "/svc/things", "/svc/things/detail",
                                "/svc/things/{id}", "/svc/things/{id}/parts/{part}"})
      made.get(pattern, "any", [](const Request&) { return empty_response(204); });
    return true;
  }();
  (void)filled;
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  Request request;
  request.method = "GET";
  if (fill_target(request, target) != 0) return 0;
  Response refusal;
  (void)router().route(request, refusal);
  PagingRules rules;
  rules.sort_keys = {"name", "id"};
  rules.order = {"id", false};
  rules.short_sort = true;
  try {
    const Paging paging = read_paging(request, rules);
    (void)page_link(request, "/svc/things", paging.marker);
  } catch (const virga::Error&) {
    // A refusal is a good end.
  }
  return 0;
}
