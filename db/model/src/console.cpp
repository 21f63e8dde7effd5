// SPDX-License-Identifier: Apache-2.0
#include "db/model/console.h"

#include "common/error.h"

namespace virga::model {

const char* name_of(ConsoleKind kind) noexcept {
  return kind == ConsoleKind::vnc ? "vnc" : "serial";
}

ConsoleKind console_kind_named(const std::string& name) {
  if (name == "vnc") return ConsoleKind::vnc;
  if (name == "serial") return ConsoleKind::serial;
  throw Error(ErrorKind::invalid, "Console kind '" + name + "' is not known.");
}

}  // namespace virga::model
