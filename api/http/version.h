// SPDX-License-Identifier: Apache-2.0
// Versions of an API below its path: "microversions" that each request chooses by a header.
// Source: OpenStack API-SIG, "Microversion Specification"; the services' own documents.
#pragma once

#include <compare>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace virga::http {

struct Request;

/// 2.93 of the Compute API. 0.0: the service has none.
struct ApiVersion {
  int major = 0;
  int minor = 0;

  constexpr auto operator<=>(const ApiVersion&) const = default;
  constexpr bool is_set() const noexcept { return major != 0; }
  std::string text() const;
};

/// From `least` to `most`, both included. The default contains every version.
struct VersionRange {
  ApiVersion least;
  ApiVersion most{std::numeric_limits<int>::max(), 0};

  constexpr bool contains(ApiVersion v) const noexcept { return least <= v && v <= most; }
  constexpr bool overlaps(const VersionRange& other) const noexcept {
    return least <= other.most && other.least <= most;
  }
};
constexpr VersionRange since(ApiVersion least) {
  return {least, VersionRange{}.most};
}
constexpr VersionRange until(ApiVersion most) {
  return {{}, most};
}
constexpr VersionRange between(ApiVersion least, ApiVersion most) {
  return {least, most};
}

/// How a service lets its clients choose a version.
struct Microversions {
  std::string type;    ///< its word in OpenStack-API-Version: "compute"
  std::string path;    ///< the part of the service that has versions: "/compute/v2.1"
  VersionRange range;  ///< what is served; without a header, the least
  std::string legacy;  ///< a header of its own, as written in answers; empty: none
  /// The sentence for a version that is refused; empty: the Compute API's.
  std::function<std::string(const Microversions&, std::string_view asked, int status)> refusal;

  bool covers(std::string_view request_path) const noexcept;
};

/// The version of a request, or why there is none.
struct Negotiated {
  ApiVersion version;   ///< also set, to what was asked, when it is out of range
  int status = 0;       ///< 0: agreed; 400: not a version; 406: not served
  std::string message;  ///< of a refusal
};
Negotiated negotiate(const Microversions& versions, const Request& request);

/// "2.93" as a version; 0.0 when the text has any other form.
ApiVersion parse_version(std::string_view text) noexcept;

}  // namespace virga::http
