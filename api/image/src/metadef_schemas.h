// SPDX-License-Identifier: Apache-2.0
// The schemas of metadata definitions, as /v2/schemas/metadefs serves them.
#pragma once

#include "common/json.h"

namespace virga::image::metadef_schemas {

// One each.
const json::object& space();
const json::object& object();
const json::object& property();
const json::object& tag();
const json::object& association();

/// A property that has its name from where it stands: in an object, in a namespace. Stricter than
/// what is served: every member that is accepted is kept and shown.
const json::object& definition();
/// The body that sets many tags.
const json::object& tag_list();

}  // namespace virga::image::metadef_schemas
