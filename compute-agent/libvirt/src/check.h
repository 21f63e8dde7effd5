// SPDX-License-Identifier: Apache-2.0
// libvirt's errors as ours: the only place that knows its codes.
#pragma once

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <string>

namespace virga::agent {

/// Whether a call changes something; it decides what a connection that broke in the middle means.
enum class Effect { reads, changes };

/// Throws this thread's last libvirt error.
/// @param what the call and its object, e.g. "start instance 1b4e..."
[[noreturn]] void throw_last_error(const std::string& what, Effect effect);

/// The result of a libvirt call that reports failure by a negative number.  @throws Error
inline int check(int result, const std::string& what, Effect effect = Effect::changes) {
  if (result < 0) throw_last_error(what, effect);
  return result;
}

/// The result of a libvirt call that reports failure by a null pointer.  @throws Error
template <class T>
T* check(T* result, const std::string& what, Effect effect = Effect::changes) {
  if (result == nullptr) throw_last_error(what, effect);
  return result;
}

/// Code of this thread's last libvirt error.
int last_code() noexcept;

/// Keeps libvirt from printing errors on standard error. Process-wide, once.
void silence_libvirt();

}  // namespace virga::agent
