// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/http/router.h"

namespace virga::http {

/// Binds the dependencies of a service to a handler `Response f(Deps&, const Request&)`.
template <class Deps>
auto binder(Deps& deps) {
  return [&deps](Response (*f)(Deps&, const Request&)) -> Handler {
    return [&deps, f](const Request& request) { return f(deps, request); };
  };
}

}  // namespace virga::http
