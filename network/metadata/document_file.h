// SPDX-License-Identifier: Apache-2.0
// How the agent hands documents to the metadata program: one file per guest address. Pure.
//
// The form is "virga-metadata 1\n", then for each document "<path> <size>\n<bytes>\n" in path
// order. It carries any bytes, is written whole, and its reader needs no more than string views.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace virga::metadata {

/// @param documents path -> content; paths have no blanks and no line ends
std::string pack_documents(const std::map<std::string, std::string>& documents);

/// Views into the packed text; nullopt when it is broken.
std::optional<std::map<std::string_view, std::string_view>> unpack_documents(
    std::string_view packed);

/// One answer.
struct Document {
  std::string content;
  std::string_view type;  ///< media type; points to a constant
};

/// The document that a request target names, with dated versions mapped to "latest"; for a folder
/// the list of what is in it, EC2's way: one name a line, folders with a slash. nullopt: not there.
/// @param target the path of a request, e.g. "/2009-04-04/meta-data/"
std::optional<Document> find_document(std::string_view packed, std::string_view target);

}  // namespace virga::metadata
