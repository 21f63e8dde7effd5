// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/metadef_content.h"

#include "common/error.h"
#include "common/random.h"
#include "db/store/metadef_namespaces.h"
#include "db/store/metadef_objects.h"
#include "db/store/metadef_properties.h"
#include "db/store/metadef_resource_types.h"
#include "db/store/metadef_tags.h"

namespace virga::image {

using model::MetadefAssociation;
using model::MetadefNamespace;
using model::MetadefObject;
using model::MetadefProperty;
using model::MetadefTag;
using store::WriteTx;

void add(WriteTx& tx, const MetadefNamespace& space, MetadefObject object, TimeUs now) {
  object.namespace_id = space.id;
  object.created_us = object.updated_us = now;
  if (!store::metadef_objects::insert(tx, object))
    throw Error(ErrorKind::conflict, "A metadata definition object with name=" + object.name +
                                         " already exists in namespace=" + space.name + ".");
}

void add(WriteTx& tx, const MetadefNamespace& space, MetadefProperty property) {
  property.namespace_id = space.id;
  if (!store::metadef_properties::insert(tx, property))
    throw Error(ErrorKind::conflict, "A metadata definition property with name=" + property.name +
                                         " already exists in namespace=" + space.name + ".");
}

void add(WriteTx& tx, const MetadefNamespace& space, MetadefTag tag, TimeUs now) {
  tag.namespace_id = space.id;
  tag.created_us = tag.updated_us = now;
  if (!store::metadef_tags::insert(tx, tag)) refuse_second_tag(space, tag.name);
}

void add(WriteTx& tx, const MetadefNamespace& space, MetadefAssociation association, TimeUs now) {
  association.namespace_id = space.id;
  association.created_us = association.updated_us = now;
  if (!store::metadef_resource_types::associate(tx, association))
    throw Error(ErrorKind::conflict,
                "The metadata definition resource-type association of resource-type=" +
                    association.resource_type + " to namespace=" + space.name + " already exists.");
}

MetadefNamespace add(WriteTx& tx, const MetadefContent& content, TimeUs now) {
  MetadefNamespace space = content.space;
  space.id = new_uuid();
  space.created_us = space.updated_us = now;
  store::metadef_namespaces::insert(tx, space);
  for (const auto& association : content.associations) add(tx, space, association, now);
  for (const auto& object : content.objects) add(tx, space, object, now);
  for (const auto& tag : content.tags) add(tx, space, tag, now);
  for (const auto& property : content.properties) add(tx, space, property);
  return space;
}

void refuse_second_tag(const MetadefNamespace& space, const std::string& name) {
  throw Error(ErrorKind::conflict, "A metadata tag with name=" + name +
                                       " already exists in namespace=" + space.name + ".");
}

}  // namespace virga::image
