// SPDX-License-Identifier: Apache-2.0
// Metadata definitions between JSON, structs and rows: what all their resources share.
#pragma once

#include <string>
#include <vector>

#include "common/json.h"
#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::image {

/// A namespace with all that it holds. The ids of the parts are set when they are added.
struct MetadefContent {
  model::MetadefNamespace space;
  std::vector<model::MetadefAssociation> associations;
  std::vector<model::MetadefObject> objects;
  std::vector<model::MetadefTag> tags;
  std::vector<model::MetadefProperty> properties;
};

// Readers of bodies.  @throws Error{invalid} in the words of a schema check
MetadefContent read_metadef_content(const json::object& body);
model::MetadefNamespace read_metadef_namespace(const json::object& body);
model::MetadefObject read_metadef_object(const json::object& body);
model::MetadefProperty read_metadef_property(const json::object& body);
model::MetadefAssociation read_metadef_association(const json::object& body);
/// @throws Error{invalid} when the name is empty or too long
model::MetadefTag metadef_tag_named(std::string name);

// Add a part to a namespace at a time.  @throws Error{conflict} when there is one of its name
void add(store::WriteTx& tx, const model::MetadefNamespace& space, model::MetadefObject object,
         TimeUs now);
void add(store::WriteTx& tx, const model::MetadefNamespace& space, model::MetadefProperty property);
void add(store::WriteTx& tx, const model::MetadefNamespace& space, model::MetadefTag tag,
         TimeUs now);
void add(store::WriteTx& tx, const model::MetadefNamespace& space,
         model::MetadefAssociation association, TimeUs now);
/// Adds a namespace and all that it holds.  @return the namespace as it was written
/// @throws Error{conflict} when its name, or that of a part, is there already
model::MetadefNamespace add(store::WriteTx& tx, const MetadefContent& content, TimeUs now);

/// The error of a tag whose name is taken.
[[noreturn]] void refuse_second_tag(const model::MetadefNamespace& space, const std::string& name);

// What the API shows.
json::object view(const model::MetadefNamespace& space);
json::object view(const model::MetadefNamespace& space, const model::MetadefObject& object);
json::object view(const model::MetadefTag& tag);
json::object view(const model::MetadefAssociation& association);
/// The definition as it was given; under its name it is a member of a list.
json::object view(const model::MetadefProperty& property);

}  // namespace virga::image
