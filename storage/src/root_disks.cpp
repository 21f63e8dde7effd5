// SPDX-License-Identifier: Apache-2.0
#include "storage/src/root_disks.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

#include "common/error.h"
#include "common/file.h"
#include "common/subprocess.h"

namespace virga::storage {
namespace {

constexpr mode_t kDiskMode = 0600;
constexpr std::chrono::seconds kCreateLimit{60};  // > 1000 x the time it needs
constexpr std::chrono::seconds kCopyLimit{7200};  // of a disk of a terabyte
constexpr std::size_t kMarkLimit = 256;
constexpr std::string_view kDisk = "root";
constexpr std::string_view kMark = "base";
constexpr std::string_view kImage = ".qcow2";

std::string numbered(std::string_view word, std::int64_t number) {
  return std::string(word) + (number == 1 ? "" : "-" + std::to_string(number));
}

std::string mark_of(const std::string& home, std::int64_t number) {
  return home + "/" + numbered(kMark, number);
}

/// The number in "root-3" or "root"; nullopt for other names.
std::optional<std::int64_t> number_in(std::string_view name, std::string_view word) {
  if (name == word) return 1;
  if (!name.starts_with(word) || name.size() < word.size() + 2 || name[word.size()] != '-')
    return std::nullopt;
  name.remove_prefix(word.size() + 1);
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failure != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

/// At least so large. Its format is a recorded fact, as everywhere.
void grow(const std::string& disk, std::int64_t bytes) {
  if (RootDisks::virtual_size(disk) >= bytes) return;
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "resize", "-q", "-f", "qcow2", "--", disk,
                              std::to_string(whole_sectors(bytes))},
                     .limit = kCreateLimit});
}

}  // namespace

std::string RootDisks::path(const std::string& home, std::int64_t number) {
  return home + "/" + numbered(kDisk, number) + std::string(kImage);
}

std::optional<std::string> RootDisks::base_of(const std::string& home, std::int64_t number) {
  return read_file(mark_of(home, number), kMarkLimit);
}

// Source: QEMU, docs/interop/qcow2: bytes 24 to 31, big-endian.
std::int64_t RootDisks::virtual_size(const std::string& disk) {
  constexpr std::size_t kAt = 24;
  const UniqueFd fd = open_file(disk, O_RDONLY | O_NOFOLLOW);
  unsigned char bytes[8];
  if (::pread(fd.get(), bytes, sizeof bytes, kAt) != sizeof bytes)
    throw_errno("read the header of " + disk, errno);
  std::uint64_t size = 0;
  for (const unsigned char byte : bytes) size = size << 8U | byte;
  return static_cast<std::int64_t>(size);
}

void RootDisks::ensure(const std::string& home, const RootDiskSpec& spec,
                       const std::function<void()>& make_home) {
  const std::string disk = path(home, spec.number);
  if (is_file(disk)) return;
  const std::string part = home + "/" + numbered(kDisk, spec.number) + ".part";
  const std::string mark = mark_of(home, spec.number);
  remove_file(part);
  if (spec.copy_of == 0)
    make_overlay(part, mark, spec, make_home);
  else
    make_copy(home, part, mark, spec);
  publish_file(part, disk, owner_, kDiskMode);
}

void RootDisks::make_overlay(const std::string& part, const std::string& mark,
                             const RootDiskSpec& spec, const std::function<void()>& make_home) {
  const std::int64_t size = root_disk_bytes(spec.base, spec.size_bytes);
  const std::string backing = cache_.use(spec.base, [&] {
    make_home();
    write_file_atomic(mark, base_name(spec.base));
  });
  // -u: the base is not opened. Its format and size are recorded facts, and nothing untrusted is
  // read here.
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F",
                              spec.base.format, "-b", backing, "--", part, std::to_string(size)},
                     .limit = kCreateLimit});
}

void RootDisks::make_copy(const std::string& home, const std::string& part, const std::string& mark,
                          const RootDiskSpec& spec) {
  const std::string source = path(home, spec.copy_of);
  const auto base = base_of(home, spec.copy_of);
  if (spec.copy_of == spec.number || !is_file(source) || !base)
    throw Error(ErrorKind::unavailable, "The root disk " + source + " is missing.");
  write_file_atomic(mark, *base);
  (void)run_checked(
      {.argv = {"/usr/bin/cp", "--reflink=auto", "--sparse=always", "--", source, part},
       .limit = kCopyLimit});
  if (spec.size_bytes > 0) grow(part, spec.size_bytes);
}

void RootDisks::keep(const std::string& home, const std::set<std::int64_t>& numbers) {
  const auto names = names_in(home);
  const auto remove_others = [&](std::string_view word, std::string_view ending) {
    for (const std::string& name : names) {
      if (!name.ends_with(ending)) continue;
      const auto number = number_in(name.substr(0, name.size() - ending.size()), word);
      if (number && !numbers.contains(*number)) remove_file(home + "/" + name);
    }
  };
  remove_others(kDisk, kImage);
  remove_others(kDisk, ".part");
  remove_others(kMark, "");  // last: as long as a disk is there, its mark protects its base
}

std::vector<std::string> RootDisks::bases(const std::string& home) {
  std::vector<std::string> found;
  for (const std::string& name : names_in(home))
    if (number_in(name, kMark))
      if (const auto base = read_file(home + "/" + name, kMarkLimit)) found.push_back(*base);
  return found;
}

}  // namespace virga::storage
