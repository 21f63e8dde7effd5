// SPDX-License-Identifier: Apache-2.0
#include "api/identity/passwords.h"

#include <sodium.h>

#include <future>
#include <memory>

#include "common/error.h"
#include "common/scheduling.h"

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

std::string random_base64(std::size_t bytes) {
  std::string raw(bytes, '\0');
  randombytes_buf(raw.data(), raw.size());
  std::string text(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_ORIGINAL_NO_PADDING),
                   '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                    raw.size(), sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  text.pop_back();  // the terminating zero
  return text;
}

/// Random bytes in the form of a hash: as long to check as any, and of no password that can be
/// found.
std::string hash_of_nobody() {
  if (sodium_init() < 0) throw Error(ErrorKind::internal, "libsodium cannot be started.");
  std::string hash = "$argon2id$v=19$m=" + std::to_string(kMemory / 1024) +
                     ",t=" + std::to_string(kPasses) + ",p=1$" +
                     random_base64(crypto_pwhash_SALTBYTES) + "$" + random_base64(32);
  if (crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemory) != 0)
    throw Error(ErrorKind::internal, "libsodium does not take its own form of a hash.");
  return hash;
}

}  // namespace

Passwords::Passwords(int threads, std::size_t waiting)
    : nobody_(hash_of_nobody()), waiting_(waiting) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Passwords::~Passwords() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Passwords::work() {
  prefer_others();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ended_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

/// Runs f on one of the threads. The caller waits for its result or exception.
template <class F>
auto Passwords::on_thread(F f) {
  // Shared: a thread is not done with its task yet when the caller sees the result.
  const auto task = std::make_shared<std::packaged_task<decltype(f())()>>(std::move(f));
  auto result = task->get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (jobs_.size() >= waiting_)
      throw Error(ErrorKind::unavailable, "Too many passwords are being checked.");
    jobs_.emplace_back([task] { (*task)(); });
  }
  wake_.notify_one();
  return result.get();
}

std::string Passwords::hash(const std::string& password) {
  if (password.empty() || password.size() > kMaxPassword)
    throw Error(ErrorKind::invalid, "A password must have 1 to 4096 bytes.");
  return on_thread([&] { return compute(password); });
}

bool Passwords::verify(const std::string& hash, const std::string& password) {
  if (password.size() > kMaxPassword) return false;
  const std::string& against = hash.empty() ? nobody_ : hash;
  const bool right = on_thread([&] {
    return crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  });
  return right && !hash.empty();
}

}  // namespace virga::identity
