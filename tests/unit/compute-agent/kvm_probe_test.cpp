// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/kvm_probe/kvm_probe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/error.h"

namespace virga::agent {
namespace {

using std::chrono::milliseconds;

const std::string kQemu = "/usr/bin/qemu-system-x86_64";
constexpr milliseconds kLimit{20'000};  // > 50 x the 0.1-0.3 s that emulation takes

/// A program in place of QEMU, which prints and ends as the test wishes.
class FakeQemu {
 public:
  explicit FakeQemu(const std::string& script) {
    path_ = std::filesystem::temp_directory_path() / "virga-fake-qemu-XXXXXX";
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    std::ofstream(path_) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  FakeQemu(const FakeQemu&) = delete;
  FakeQemu& operator=(const FakeQemu&) = delete;
  ~FakeQemu() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(KvmProbe, GuestRunsToItsEndUnderEmulation) {
  if (::access(kQemu.c_str(), X_OK) != 0) GTEST_SKIP() << kQemu << " is not installed";
  const KvmProof proof = prove_accelerator(kQemu, "tcg", kLimit);
  EXPECT_EQ(proof.state, KvmState::usable) << proof.reason;
  EXPECT_EQ(proof.reason, "");
  EXPECT_GT(proof.took.count(), 0);
}

TEST(KvmProbe, PassesOnWhatQemuComplainsOf) {
  if (::access(kQemu.c_str(), X_OK) != 0) GTEST_SKIP() << kQemu << " is not installed";
  const KvmProof proof = prove_accelerator(kQemu, "no-such-accelerator", kLimit);
  EXPECT_EQ(proof.state, KvmState::unusable);
  EXPECT_NE(proof.reason.find("exit code 1"), std::string::npos) << proof.reason;
  EXPECT_NE(proof.reason.find("no-such-accelerator"), std::string::npos) << proof.reason;
}

TEST(KvmProbe, NamesTheStageWhereTheGuestStoodStill) {
  const FakeQemu qemu(
      "printf RPCLE\n"
      "echo 'qemu: warning: something harmless' >&2\n"
      "echo 'KVM internal error. Suberror: 1' >&2\n"
      "exec sleep 100\n");
  const KvmProof proof = prove_accelerator(qemu.path(), "kvm", milliseconds(300));
  EXPECT_EQ(proof.state, KvmState::unusable);
  EXPECT_EQ(proof.reason,
            "The probe guest was at the stage 'SSE instructions' after 300 ms"
            " (KVM internal error. Suberror: 1).");
  EXPECT_LT(proof.took, kLimit);
}

TEST(KvmProbe, NamesTheStageWhereTheGuestFoundAFault) {
  const FakeQemu qemu("printf RPCLEMV\nexit 35\n");
  const KvmProof proof = prove_accelerator(qemu.path(), "kvm", kLimit);
  EXPECT_EQ(proof.state, KvmState::unusable);
  EXPECT_EQ(proof.reason, "The probe guest got a wrong result at the stage 'address spaces'.");
}

TEST(KvmProbe, SaysWhenTheGuestDidNotEvenStart) {
  const FakeQemu qemu("exit 1\n");
  const KvmProof proof = prove_accelerator(qemu.path(), "kvm", kLimit);
  EXPECT_EQ(proof.state, KvmState::unusable);
  EXPECT_EQ(proof.reason,
            "QEMU ended with exit code 1 while the probe guest was before its first instruction.");
}

TEST(KvmProbe, RefusesAMissingQemu) {
  EXPECT_THROW(prove_accelerator("/nonexistent/qemu", "tcg", kLimit), Error);
}

// Whatever this machine has, the answer comes in time and explains itself.
TEST(KvmProbe, AnswersOnAnyMachine) {
  if (::access(kQemu.c_str(), X_OK) != 0) GTEST_SKIP() << kQemu << " is not installed";
  const KvmProof proof = prove_kvm(kQemu, milliseconds(500));
  EXPECT_EQ(proof.reason.empty(), proof.state == KvmState::usable) << proof.reason;
  EXPECT_LT(proof.took, kLimit);
}

}  // namespace
}  // namespace virga::agent
