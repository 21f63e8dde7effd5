// SPDX-License-Identifier: Apache-2.0
// Request bodies: whatever arrives is parsed within its bounds or refused as invalid, and what was
// parsed can be written and read again. (Boost.JSON may read a long fraction one bit beside.)
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "common/error.h"
#include "common/json.h"

namespace {

void read_members(const virga::Fields& in) {
  for (const auto& member : in.raw()) {
    const std::string key(member.key());
    for (const auto read :
         {+[](const virga::Fields&f, const std::string&k) { f.string(k); },
          +[](const virga::Fields&f, const std::string&k) { f.integer(k, -5, 5); },
          +[](const virga::Fields&f, const std::string&k) { f.boolean(k, true); },
          +[](const virga::Fields&f, const std::string&k) { f.array(k); },
          +[](const virga::Fields&f, const std::string&k) { read_members(f.object(k)); }}) {
      try {
        read(in, key);
      } catch (const virga::Error& e) {
        if (e.kind() != virga::ErrorKind::invalid) std::abort();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const auto value = virga::parse_json({reinterpret_cast<const char*>(data), size});
    if (virga::parse_json(boost::json::serialize(value)).kind() != value.kind()) std::abort();
    if (value.is_object()) read_members(virga::Fields(value.get_object(), "body"));
    const auto in = virga::envelope(value, "server");
    read_members(in);
  } catch (const virga::Error& e) {
    if (e.kind() != virga::ErrorKind::invalid) std::abort();
  }
  return 0;
}
