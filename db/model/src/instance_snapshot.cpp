// SPDX-License-Identifier: Apache-2.0
#include "db/model/instance_snapshot.h"

#include <array>
#include <utility>

#include "common/error.h"
#include "common/random.h"

namespace virga::model {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;
constexpr std::size_t kMostError = 2048;
constexpr Length kError{0, 4096};

constexpr std::array<std::pair<SnapshotKind, const char*>, 3> kKinds{
    {{SnapshotKind::image, "image"},
     {SnapshotKind::backup, "backup"},
     {SnapshotKind::shelve, "shelve"}}};

constexpr std::array<std::pair<SnapshotPhase, const char*>, 5> kPhases{
    {{SnapshotPhase::none, "none"},
     {SnapshotPhase::pending, "pending"},
     {SnapshotPhase::copying, "copying"},
     {SnapshotPhase::copied, "copied"},
     {SnapshotPhase::uploading, "uploading"}}};

template <class Names, class T>
const char* name_in(const Names& names, T wanted) noexcept {
  for (const auto& [value, name] : names)
    if (value == wanted) return name;
  return names.front().second;
}

template <class Names>
auto value_in(const Names& names, const std::string& wanted, const char* what) {
  for (const auto& [value, name] : names)
    if (wanted == name) return value;
  throw Error(ErrorKind::invalid, "'" + wanted + "' is not a " + what + ".");
}

std::string read_id(const Fields& in, const char* key) {
  const std::string id = in.string(key, {36, 36});
  if (!is_uuid_like(id) || id.find_first_of("ABCDEF") != std::string::npos)
    throw Error(ErrorKind::invalid, std::string("'") + key + "' must be a UUID in lower case.");
  return id;
}

/// A text of another program as a message carries it: bounded, and nothing but ASCII.
std::string plain(const std::string& text) {
  std::string out = text.substr(0, kMostError);
  for (char& c : out)
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = '?';
  return out;
}

}  // namespace

const char* name_of(SnapshotKind kind) noexcept {
  return name_in(kKinds, kind);
}

const char* name_of(SnapshotPhase phase) noexcept {
  return name_in(kPhases, phase);
}

SnapshotKind snapshot_kind_named(const std::string& name) {
  return value_in(kKinds, name, "kind of a snapshot");
}

SnapshotPhase snapshot_phase_named(const std::string& name) {
  return value_in(kPhases, name, "phase of a snapshot");
}

json::object to_json(const DesiredSnapshot& s) {
  return {{"image_id", s.image_id},
          {"instance_id", s.instance_id},
          {"disk", s.disk},
          {"at_rest", s.at_rest}};
}

json::object to_json(const ObservedSnapshot& s) {
  return {{"image_id", s.image_id},
          {"phase", name_of(s.phase)},
          {"attempts", s.attempts},
          {"last_error", plain(s.last_error)},
          {"permanent", s.permanent}};
}

DesiredSnapshot desired_snapshot_from(const Fields& in) {
  DesiredSnapshot s;
  s.image_id = read_id(in, "image_id");
  s.instance_id = read_id(in, "instance_id");
  s.disk = in.integer("disk", 1, kMost);
  s.at_rest = in.boolean("at_rest", false);
  return s;
}

ObservedSnapshot observed_snapshot_from(const Fields& in) {
  ObservedSnapshot s;
  s.image_id = read_id(in, "image_id");
  s.phase = snapshot_phase_named(in.string("phase"));
  if (s.phase == SnapshotPhase::none) throw Error(ErrorKind::invalid, "'phase' must be one.");
  s.attempts = in.integer("attempts", 0, kMost);
  s.last_error = in.string("last_error", kError);
  s.permanent = in.boolean("permanent", false);
  return s;
}

}  // namespace virga::model
