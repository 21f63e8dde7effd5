// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/check.h"

#include <mutex>

#include "common/error.h"

namespace virga::agent {
namespace {

constexpr std::size_t kMaxMessage = 400;

// A connection that broke: the call may have been carried out before the answer was lost.
bool is_broken_link(const virError& e) {
  return e.domain == VIR_FROM_RPC || e.domain == VIR_FROM_REMOTE || e.code == VIR_ERR_RPC;
}

ErrorKind kind_of(const virError& e, Effect effect) {
  switch (e.code) {
    case VIR_ERR_NO_DOMAIN:
      return ErrorKind::not_found;
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_RESOURCE_BUSY:
    case VIR_ERR_NO_MEMORY:
      return ErrorKind::unavailable;
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_CONFIG_UNSUPPORTED:
      return ErrorKind::invalid;
    case VIR_ERR_OPERATION_INVALID:
    case VIR_ERR_DOM_EXIST:
      return ErrorKind::conflict;
    case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_OPERATION_ABORTED:
    case VIR_ERR_OPERATION_FAILED:
    case VIR_ERR_AGENT_UNRESPONSIVE:
      return ErrorKind::unknown;
    default:
      break;
  }
  if (is_broken_link(e))
    return effect == Effect::changes ? ErrorKind::unknown : ErrorKind::unavailable;
  return ErrorKind::unavailable;
}

std::string first_part(const char* message) {
  std::string out = message == nullptr ? "no reason given" : message;
  if (out.size() > kMaxMessage) out.resize(kMaxMessage);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void ignore_error(void*, virErrorPtr) {}

}  // namespace

void throw_last_error(const std::string& what, Effect effect) {
  const virError* e = virGetLastError();
  if (e == nullptr) throw Error(ErrorKind::unknown, "Could not " + what + ": no reason given.");
  throw Error(kind_of(*e, effect), "Could not " + what + ": " + first_part(e->message) + ".");
}

int last_code() noexcept {
  const virError* e = virGetLastError();
  return e == nullptr ? static_cast<int>(VIR_ERR_OK) : e->code;
}

void silence_libvirt() {
  static std::once_flag once;
  std::call_once(once, [] { virSetErrorFunc(nullptr, ignore_error); });
}

}  // namespace virga::agent
