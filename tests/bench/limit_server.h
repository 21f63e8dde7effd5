// SPDX-License-Identifier: Apache-2.0
// The bare Boost.Beast server of the yardsticks: coroutines, one thread, no limits, no errors.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bench {

/// Answers each GET on 127.0.0.1 with what `body` makes of its target, as JSON. Never returns.
void serve(unsigned short port, const std::function<std::string(std::string_view target)>& body);

}  // namespace bench
