// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/enrolment.h"

#include <algorithm>

#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "db/store/hosts.h"

namespace virga::agent_link {
namespace {

bool is_host_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
         });
}

}  // namespace

EnrolmentToken create_enrolment(store::Database& db, const std::string& host_name,
                                const std::string& authority_sha256, TimeUs now_us,
                                TimeUs life_us) {
  if (!is_host_name(host_name))
    throw Error(ErrorKind::invalid, "'" + host_name + "' is not a host name.");
  const EnrolmentToken token{random_secret(24), authority_sha256};
  db.write([&](store::WriteTx& tx) {
    store::hosts::erase_expired_enrolments(tx, now_us);
    store::hosts::insert(tx,
                         model::Enrolment{sha256_hex(token.secret), host_name, now_us + life_us});
  });
  return token;
}

}  // namespace virga::agent_link
