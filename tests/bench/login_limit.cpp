// SPDX-License-Identifier: Apache-2.0
// What a machine can do in password checks: Argon2id with the parameters that Virga uses, and
// nothing else. The yardstick of `tools/bench login`.
// usage: login_limit THREADS SECONDS NICE   prints the checks per second
#include <sodium.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4 || sodium_init() < 0) return 2;
  constexpr unsigned long long kPasses = 2;
  constexpr std::size_t kMemory = 19UL << 20U;
  constexpr const char* kPassword = "correct horse battery staple";
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(hash, kPassword, std::strlen(kPassword), kPasses, kMemory) != 0) return 1;
  const auto start = std::chrono::steady_clock::now();
  const auto end = start + std::chrono::duration<double>(std::atof(argv[2]));
  std::atomic<long> done = 0;
  std::vector<std::thread> threads;
  for (int t = std::atoi(argv[1]); t > 0; --t)
    threads.emplace_back([&] {
      if (setpriority(PRIO_PROCESS, 0, std::atoi(argv[3])) != 0) std::exit(1);  // of this thread
      while (std::chrono::steady_clock::now() < end) {
        if (crypto_pwhash_str_verify(hash, kPassword, std::strlen(kPassword)) != 0) std::exit(1);
        ++done;
      }
    });
  for (auto& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%.3f\n", static_cast<double>(done) / took.count());
}
