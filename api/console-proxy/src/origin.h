// SPDX-License-Identifier: Apache-2.0
// Which web sites may open consoles. Private to api/console-proxy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace virga::console_proxy {

/// "https://cloud.example" of a URL: scheme and host in lower case, no path and no port that goes
/// without saying; "" when it is not http or https.
std::string origin_of(std::string_view url);

/// Browsers say from which site a page comes: it must be the control plane's own or an allowed one.
/// Other programs send none.  @throws Error{forbidden}
void require_origin(const http::Request& request, const std::vector<std::string>& allowed);

}  // namespace virga::console_proxy
