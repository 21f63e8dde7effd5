// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/metadata_store.h"

#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "common/file.h"
#include "network/host/src/files.h"

namespace virga::network {

MetadataStore::MetadataStore(std::string state_directory, User reader)
    : state_directory_(std::move(state_directory)), reader_(std::move(reader)) {}

std::string MetadataStore::folder(const std::string& network_id) const {
  return state_directory_ + "/" + network_id + "/metadata";
}

void MetadataStore::ensure_folder_of(const std::string& network_id) {
  make_directories(state_directory_ + "/" + network_id);
  ensure_folder(folder(network_id), 0750, reader_.gid);
}

void MetadataStore::write(const std::string& network_id, const std::string& address,
                          const std::string& packed) {
  ensure_folder_of(network_id);
  replace_file(folder(network_id) + "/" + address, packed, 0640, reader_.gid);
  const auto kept = kept_.find(network_id);
  if (kept == kept_.end() || !kept->second.contains(address)) fresh_.emplace(network_id, address);
}

void MetadataStore::keep_only(const std::string& network_id,
                              const std::set<std::string>& addresses) {
  const auto kept = kept_.find(network_id);
  if (kept != kept_.end() && kept->second == addresses) return;
  for (const auto& address : addresses) fresh_.erase({network_id, address});
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder(network_id), failure)) {
    const std::string name = entry.path().filename();
    if (!addresses.contains(name) && !fresh_.contains({network_id, name}))
      remove_file(entry.path());
  }
  kept_[network_id] = addresses;
}

void MetadataStore::forget(const std::string& network_id) {
  kept_.erase(network_id);
}

bool MetadataStore::awaits(const std::string& network_id) const {
  return std::any_of(fresh_.begin(), fresh_.end(),
                     [&](const auto& one) { return one.first == network_id; });
}

}  // namespace virga::network
