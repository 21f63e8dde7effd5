// SPDX-License-Identifier: Apache-2.0
// Random values and identifiers, from the operating system's generator only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace virga {

/// `count` random bytes.
std::string random_bytes(std::size_t count);

/// A random (version 4) UUID, "8-4-4-4-12" lower-case hexadecimal.
std::string new_uuid();

/// A random UUID without dashes: the form of Identity's project and user ids.
std::string new_hex_id();

/// True for "8-4-4-4-12" or 32 digits of hexadecimal, either case.
bool is_uuid_like(std::string_view text) noexcept;

/// The UUID derived from a name within a namespace of ours: equal names give equal ids (version 8
/// layout over SHA-256), for objects whose identity must be the same each time it is computed.
std::string derived_uuid(std::string_view space, std::string_view name);

/// A secret of `bytes` random bytes as unpadded URL-safe base64.
std::string random_secret(std::size_t bytes);

}  // namespace virga
