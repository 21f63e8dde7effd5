// SPDX-License-Identifier: Apache-2.0
// What an application credential with access rules may send: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace virga::identity {

/// True when the path matches: "{x}" and "*" stand for a part without '/', "**" for anything.
/// Takes time in proportion to both lengths.
bool path_matches(std::string_view pattern, std::string_view path);

/// The path of a request as rules name it: after the prefix of its service, decoded, with single
/// slashes. Empty when a segment hides a slash: such a path matches no rule.
std::string rule_path(const http::Request& request);

/// True when one of the rules allows the request, or it only asks what a token is.
bool allowed_by(const std::vector<http::AccessRule>& rules, const http::Request& request);

}  // namespace virga::identity
