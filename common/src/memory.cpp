// SPDX-License-Identifier: Apache-2.0
#include "common/memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

namespace virga {

namespace {

/// One mapping of this process as /proc/self/smaps describes it.
struct Mapping {
  std::uintptr_t start = 0;
  std::uintptr_t end = 0;
  bool clean_file = false;  ///< a file's bytes, private, not writable
};

/// The first line of an entry; false, and nothing is changed, for the lines of its numbers.
bool read_header(const std::string& line, Mapping& mapping) {
  Mapping read;
  char mode[8] = {};
  if (std::sscanf(line.c_str(), "%lx-%lx %7s", &read.start, &read.end, mode) != 3) return false;
  const bool read_only = std::strcmp(mode, "r-xp") == 0 || std::strcmp(mode, "r--p") == 0;
  // A file has a path; the kernel's own pages ("[vdso]") do not start with a slash.
  read.clean_file = read_only && line.find(" /") != std::string::npos;
  mapping = read;
  return true;
}

}  // namespace

void drop_unused_code() noexcept {
  try {
    malloc_trim(0);
    std::ifstream maps("/proc/self/smaps");
    std::string line;
    Mapping mapping;
    while (std::getline(maps, line)) {
      unsigned long anonymous_kib = 0;
      if (read_header(line, mapping)) continue;
      if (!mapping.clean_file ||
          std::sscanf(line.c_str(), "Anonymous: %lu kB", &anonymous_kib) != 1)
        continue;
      // Pages that the loader relocated are copies of ours: dropping them would lose data.
      if (anonymous_kib == 0)
        (void)::madvise(reinterpret_cast<void*>(mapping.start), mapping.end - mapping.start,
                        MADV_DONTNEED);
    }
  } catch (...) {  // it was only a courtesy
  }
}

}  // namespace virga
