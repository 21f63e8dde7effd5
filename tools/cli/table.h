// SPDX-License-Identifier: Apache-2.0
// Tables that fit the terminal. Pure.
#pragma once

#include <string>

#include "tools/cli/output.h"

namespace virga::cli {

/// A line of titles and a line for each row. When it is too wide, the widest columns are cut with
/// "…"; ids are kept whole, so that they can be copied.
std::string list_table(const Listing& listing, const Format& format);

/// A line for each column of the only row: name and value; long values go on below.
std::string record_table(const Listing& listing, const Format& format);

}  // namespace virga::cli
