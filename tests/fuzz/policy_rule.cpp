// SPDX-License-Identifier: Apache-2.0
// Rules of a policy file: a text is refused as invalid, or evaluates without end or fault, and
// knowing the object never turns a decision around.
#include <cstdlib>

#include "api/identity/policy_rule.h"
#include "common/error.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace virga;
  http::Caller caller;
  caller.user_id = "u";
  caller.project_id = "p";
  caller.roles = {{"1", "member"}};
  const http::Target target{{"target.user.id", "u"}, {"target.role.domain_id", ""}};
  try {
    auto rule = identity::PolicyRule::parse({reinterpret_cast<const char*>(data), size});
    if (!rule.references().empty()) return 0;
    const auto before = rule.evaluate({caller, nullptr, false});
    const auto after = rule.evaluate({caller, &target, false});
    if (after == identity::Verdict::open) std::abort();
    if (before != identity::Verdict::open && before != after) std::abort();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid) std::abort();
  }
  return 0;
}
