// SPDX-License-Identifier: Apache-2.0
// The headers in which clients choose a version of an API.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/http/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace virga::http;
  static const Microversions kVersions{
      "compute", "/compute/v2.1", between({2, 1}, {2, 93}), "X-OpenStack-Nova-API-Version", {}};
  std::string value(reinterpret_cast<const char*>(data), size);
  Request request;
  request.headers = {
      {size % 2 == 0 ? "openstack-api-version" : "x-openstack-nova-api-version", std::move(value)}};
  const Negotiated agreed = negotiate(kVersions, request);
  if (agreed.status == 0 && !kVersions.range.contains(agreed.version)) std::abort();
  if (agreed.message.size() > 512) std::abort();
  return 0;
}
