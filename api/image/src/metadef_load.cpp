// SPDX-License-Identifier: Apache-2.0
#include "api/image/metadef_load.h"

#include <algorithm>
#include <filesystem>

#include "api/image/src/metadef_content.h"
#include "common/error.h"
#include "common/file.h"
#include "db/store/metadef_namespaces.h"

namespace virga::image {
namespace {

constexpr std::size_t kMaxFile = 4 << 20;  // the largest of the standard ones has 36 KiB

std::vector<std::string> json_files(const std::string& directory) {
  std::error_code failure;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failure))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (failure)
    throw Error(ErrorKind::invalid,
                "The directory " + directory + " cannot be read: " + failure.message() + ".");
  if (files.empty())
    throw Error(ErrorKind::invalid, "There is no *.json file in " + directory + ".");
  std::sort(files.begin(), files.end());
  return files;
}

MetadefContent read_content_file(const std::string& path) {
  const auto text = read_file(path, kMaxFile);
  if (!text) throw Error(ErrorKind::invalid, path + " does not exist.");
  try {
    const json::value body = parse_json(*text);
    if (!body.is_object()) throw Error(ErrorKind::invalid, "It is not a JSON object.");
    MetadefContent content = read_metadef_content(body.get_object());
    if (content.space.owner.empty()) content.space.owner = "admin";
    return content;
  } catch (const Error& e) {
    throw Error(e.kind(), path + ": " + e.what());
  }
}

}  // namespace

MetadefsLoaded load_metadefs(store::Database& db, const Clock& clock, const std::string& directory,
                             bool replace) {
  std::vector<MetadefContent> contents;
  for (const auto& file : json_files(directory)) contents.push_back(read_content_file(file));
  return db.write([&](store::WriteTx& tx) {
    MetadefsLoaded loaded;
    for (const auto& content : contents) {
      const std::string& name = content.space.name;
      const auto old = store::metadef_namespaces::find(tx, name);
      if (old && !replace) {
        loaded.kept.push_back(name);
        continue;
      }
      if (old) store::metadef_namespaces::erase(tx, old->id);
      add(tx, content, clock.now_us());
      (old ? loaded.replaced : loaded.added).push_back(name);
    }
    return loaded;
  });
}

}  // namespace virga::image
