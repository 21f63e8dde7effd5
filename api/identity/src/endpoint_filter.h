// SPDX-License-Identifier: Apache-2.0
// What endpoint groups and their associations with projects share.
#pragma once

#include <boost/json/object.hpp>

#include "api/http/message.h"
#include "db/model/catalog.h"
#include "db/store/database.h"

namespace virga::identity {

/// An endpoint group with its link.
boost::json::object endpoint_group_view(const http::Request& request,
                                        const model::EndpointGroup& group);
/// @throws Error{not_found}
model::EndpointGroup get_endpoint_group(store::ReadTx& tx, const std::string& id);

}  // namespace virga::identity
