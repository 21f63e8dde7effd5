// SPDX-License-Identifier: Apache-2.0
#include "db/model/identity.h"

#include "common/error.h"

namespace virga::model {

const char* name_of(ActorKind kind) noexcept {
  return kind == ActorKind::user ? "user" : "group";
}

const char* name_of(TargetKind kind) noexcept {
  switch (kind) {
    case TargetKind::project:
      return "project";
    case TargetKind::domain:
      return "domain";
    case TargetKind::system:
      return "system";
  }
  return "";
}

ActorKind actor_kind_named(const std::string& name) {
  for (const auto kind : {ActorKind::user, ActorKind::group})
    if (name == name_of(kind)) return kind;
  throw Error(ErrorKind::invalid, "'" + name + "' is not a kind of actor.");
}

TargetKind target_kind_named(const std::string& name) {
  for (const auto kind : {TargetKind::project, TargetKind::domain, TargetKind::system})
    if (name == name_of(kind)) return kind;
  throw Error(ErrorKind::invalid, "'" + name + "' is not a kind of target.");
}

}  // namespace virga::model
