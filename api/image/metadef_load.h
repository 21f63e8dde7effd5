// SPDX-License-Identifier: Apache-2.0
// Metadata definitions from files: the way in which an operator gets the standard ones.
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

namespace virga::image {

/// What load_metadefs() did, by names of namespaces.
struct MetadefsLoaded {
  std::vector<std::string> added;
  std::vector<std::string> replaced;
  std::vector<std::string> kept;  ///< were there already and stay as they are
};

/// Reads each *.json file of a directory as one namespace with all that it holds, in the form in
/// which the API shows it, and writes them in one transaction: all of them or none. A namespace
/// without an owner gets "admin". May be repeated.
/// @param replace namespaces of the same names, with all that they hold; otherwise they are kept
/// @throws Error{invalid} that names the file when one is not valid
MetadefsLoaded load_metadefs(store::Database& db, const Clock& clock, const std::string& directory,
                             bool replace);

}  // namespace virga::image
