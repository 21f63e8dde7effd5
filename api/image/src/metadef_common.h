// SPDX-License-Identifier: Apache-2.0
// What the handlers of all metadata definitions do: find the namespace, read the body, read limits.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "api/http/message.h"
#include "common/json.h"
#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::image {

inline const std::string kMetadefPath = "/image/v2/metadefs/namespaces";

/// True when the caller may know of the namespace: by default when it is public or his project's,
/// or when he is an administrator.
bool may_see(const model::MetadefNamespace& space, const http::Request& request);

/// The namespace {namespace} of the path, for what the route's policy allows.
/// @throws Error{not_found} when it is not there or not the caller's to see, Error{forbidden}
model::MetadefNamespace get_metadef_namespace(store::ReadTx& tx, const http::Request& request);

/// The JSON object of a body.
/// @throws Error{invalid} when it is missing or something else, Error{forbidden} when it has a
/// member that only the service sets
json::object read_metadef_body(const http::Request& request,
                               std::initializer_list<std::string_view> read_only);

/// "sort_dir" is "asc".  @throws Error{invalid} when it is neither that nor "desc"
bool is_ascending(const http::Request& request);
/// @throws Error{invalid} when "visibility" is given and not one of these
void require_visibility(const http::Request& request,
                        std::initializer_list<std::string_view> words);
/// "limit", at least `least`.  @throws Error{invalid}
std::optional<std::int64_t> read_limit(const http::Request& request, std::int64_t least);

/// Refuses to delete from a protected namespace.
/// @param what "object o1": named in the message  @throws Error{forbidden}
void require_unprotected(const model::MetadefNamespace& space, const std::string& what);

}  // namespace virga::image
