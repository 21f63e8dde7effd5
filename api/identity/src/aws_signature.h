// SPDX-License-Identifier: Apache-2.0
// Signatures of EC2 and S3 requests, computed from what a service says of the request it got. Pure.
// Source: AWS documentation, "Signature Version 2" and "Signature Version 4"; Keystone's ec2tokens
// and s3tokens.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"

namespace virga::identity {

/// True when `in` ({"signature", "verb", "host", "path", "params", "headers", "body_hash"}) is
/// signed with the secret, in version 2 (HMAC-SHA256) or 4.
/// @throws Error{unauthorized} when it is of another version, or something is missing
bool is_ec2_signed(const boost::json::object& in, const std::string& secret);

/// True when `in` ({"token": base64url(string to sign), "signature"}) is signed with the secret, in
/// version 1 or 4.  @throws Error{unauthorized}
bool is_s3_signed(const boost::json::object& in, const std::string& secret);

/// Refuses a request whose own time is more than 15 minutes from now; one without a time passes.
/// @throws Error{unauthorized}
void require_recent(const boost::json::object& in, TimeUs now_us);

/// Percent-encoding of everything but letters, digits and "_.-~".
std::string percent_encoded(std::string_view text);

}  // namespace virga::identity
