// SPDX-License-Identifier: Apache-2.0
// What could stand next on a command line, for the shells' completion.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/context.h"

namespace CLI {
class App;
}

namespace virga::cli {

/// `virga __complete WORD...` prints candidates for the last word, a line each.
constexpr const char* kCompleteWord = "__complete";

/// Never fails and never asks: what cannot be known is not offered.
/// @param words after the program's name; the last one is being typed and may be empty
/// @return 0
int complete(CLI::App& app, Context& context, std::vector<std::string> words);

}  // namespace virga::cli
