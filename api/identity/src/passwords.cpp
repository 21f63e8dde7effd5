// SPDX-License-Identifier: Apache-2.0
#include "api/identity/passwords.h"

#include <sodium.h>

#include "common/error.h"
#include "common/random.h"

namespace virga::identity {
namespace {

// OWASP's Argon2id minimum: 19 MiB, two passes.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19UL * 1024 * 1024;
constexpr std::size_t kMaxPassword = 4096;

std::string compute(const std::string& password) {
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw Error(ErrorKind::unavailable, "There is no memory to hash a password.");
  return out;
}

}  // namespace

/// One of the places at the work.
class Passwords::Turn {
 public:
  explicit Turn(Passwords& pool) : pool_(pool) {
    std::unique_lock lock(pool.mutex_);
    if (pool.parallel_ == 0 && pool.waiting_ == 0)
      throw Error(ErrorKind::unavailable, "Too many logins at once.");
    --pool.waiting_;
    pool.free_.wait(lock, [&] { return pool.parallel_ > 0; });
    ++pool.waiting_;
    --pool.parallel_;
  }
  ~Turn() {
    const std::scoped_lock lock(pool_.mutex_);
    ++pool_.parallel_;
    pool_.free_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Passwords& pool_;
};

Passwords::Passwords(int parallel, int waiting) : parallel_(parallel), waiting_(waiting) {
  if (sodium_init() < 0) throw Error(ErrorKind::internal, "libsodium cannot be started.");
  nobody_ = compute(random_secret(16));
}

std::string Passwords::hash(const std::string& password) {
  if (password.empty() || password.size() > kMaxPassword)
    throw Error(ErrorKind::invalid, "A password must have 1 to 4096 bytes.");
  const Turn turn(*this);
  return compute(password);
}

bool Passwords::verify(const std::string& hash, const std::string& password) {
  if (password.size() > kMaxPassword) return false;
  const Turn turn(*this);
  const std::string& against = hash.empty() ? nobody_ : hash;
  const bool right =
      crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty();
}

}  // namespace virga::identity
