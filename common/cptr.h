// SPDX-License-Identifier: Apache-2.0
// Ownership of handles that come from C libraries.
#pragma once

#include <memory>

namespace virga {

/// A deleter that calls a C function, e.g. CFree<EVP_MD_CTX_free>.
template <auto Free>
struct CFree {
  template <class T>
  void operator()(T* p) const noexcept {
    (void)Free(p);
  }
};

/// A unique_ptr for a C handle: `using Connection = CPtr<virConnect, virConnectClose>;`
template <class T, auto Free>
using CPtr = std::unique_ptr<T, CFree<Free>>;

}  // namespace virga
