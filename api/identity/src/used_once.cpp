// SPDX-License-Identifier: Apache-2.0
#include "api/identity/used_once.h"

#include "common/error.h"
#include "common/hash.h"

namespace virga::identity {

bool UsedOnce::first_use(const std::string& key, TimeUs until_us, TimeUs now_us) {
  const std::string digest = sha256_hex(key);  // clients say it: of any length
  const std::scoped_lock lock(mutex_);
  while (!by_end_.empty() && by_end_.begin()->first <= now_us) {
    keys_.erase(by_end_.begin()->second);
    by_end_.erase(by_end_.begin());
  }
  if (keys_.contains(digest)) return false;
  if (keys_.size() >= most_)
    throw Error(ErrorKind::unavailable, "There are too many logins. Try again later.");
  keys_.insert(digest);
  by_end_.emplace(until_us, digest);
  return true;
}

}  // namespace virga::identity
