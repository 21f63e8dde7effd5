// SPDX-License-Identifier: Apache-2.0
#include "api/compute/ssh_key.h"

#include "common/file.h"
#include "common/hash.h"
#include "common/subprocess.h"
#include "tests/unit/common/test_support.h"

namespace virga::compute {
namespace {

using test::kind_of;

// Made with ssh-keygen; the fingerprints are those of "ssh-keygen -l -E md5".
constexpr const char* kEd25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDqGI1hk2s75EX0RuE4FzRzPgEcEOnKfrtHxM4rFl14n user@ex"
    "ample";
constexpr const char* kEd25519Md5 = "7b:41:52:16:b1:52:75:1e:7e:bf:c2:81:56:f8:c2:94";
constexpr const char* kEcdsa =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBI+cVPRKvm3rtxBD"
    "qcMM7aX0BiKg5NanbuBFOy5w6rB35ro1KGCG719fDS8ta5ZWCfb+u8RBV6ZRxc6zoOiuHqM= user@example";
constexpr const char* kEcdsaMd5 = "2f:63:e9:7f:20:e0:51:9d:b1:6f:64:aa:7c:02:59:43";

/// A one-line key whose blob is these strings in SSH's wire format.
std::string key_of(const std::string& type, const std::vector<std::string>& parts) {
  std::string blob;
  for (const auto& part : parts) {
    for (int shift = 24; shift >= 0; shift -= 8) blob += static_cast<char>(part.size() >> shift);
    blob += part;
  }
  return type + " " + to_base64(blob) + " comment";
}

TEST(SshKey, FingerprintsKnownKeys) {
  EXPECT_EQ(ssh_fingerprint(kEd25519), kEd25519Md5);
  EXPECT_EQ(ssh_fingerprint(kEcdsa), kEcdsaMd5);
}

TEST(SshKey, CommentAndLineEndDoNotMatter) {
  const std::string key = kEd25519;
  EXPECT_EQ(ssh_fingerprint(key + "\n"), kEd25519Md5);
  EXPECT_EQ(ssh_fingerprint(key.substr(0, key.rfind(' '))), kEd25519Md5);
  EXPECT_EQ(ssh_fingerprint(key + " with more words"), kEd25519Md5);
}

TEST(SshKey, RefusesWhatIsNoKey) {
  const std::string key = kEd25519;
  for (const std::string& bad : std::initializer_list<std::string>{
           "", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 !!!!", "not-a-type AAAA",
           "ssh-rsa" + key.substr(11), " " + key, "ssh-ed25519 AAAA",
           "ssh-ed25519\t" + key.substr(12), "-----BEGIN RSA PRIVATE KEY-----", key.substr(0, 40)})
    EXPECT_EQ(kind_of([&] { ssh_fingerprint(bad); }), ErrorKind::invalid) << bad;
}

TEST(SshKey, RefusesFurtherLinesAndControlCharacters) {
  const std::string key = kEd25519;
  for (const std::string& more : std::initializer_list<std::string>{
           "\nssh-rsa AAAA evil", "\n\ncommand", "\rx", "\x1b[2J", std::string("\0x", 2), "\tx"})
    EXPECT_EQ(kind_of([&] { ssh_fingerprint(key + more); }), ErrorKind::invalid) << more;
}

TEST(SshKey, RefusesBlobsThatAreNotWholeKeys) {
  const std::string type = "ssh-ed25519";
  EXPECT_NO_THROW(ssh_fingerprint(key_of(type, {type, std::string(32, 'k')})));
  EXPECT_EQ(kind_of([&] { ssh_fingerprint(key_of(type, {type})); }), ErrorKind::invalid)
      << "only a type";
  EXPECT_EQ(kind_of([&] { ssh_fingerprint(key_of(type, {type, ""})); }), ErrorKind::invalid);
  const std::string trailing =
      type + " " +
      to_base64(from_base64("AAAAC3NzaC1lZDI1NTE5").value() + std::string("\0\0\0\x40kkkk", 8));
  EXPECT_EQ(kind_of([&] { ssh_fingerprint(trailing); }), ErrorKind::invalid) << "cut short";
}

TEST(SshKey, AGeneratedKeyIsAPair) {
  const GeneratedKey made = generate_ssh_key("a comment");
  EXPECT_TRUE(made.public_key.starts_with("ssh-rsa AAAA"));
  EXPECT_TRUE(made.public_key.ends_with(" a comment"));
  EXPECT_TRUE(made.private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
  EXPECT_EQ(ssh_fingerprint(made.public_key).size(), 47U);
  EXPECT_NE(made.public_key, generate_ssh_key("a comment").public_key);
}

TEST(SshKey, SshKeygenReadsAGeneratedKey) {
  if (!std::filesystem::exists("/usr/bin/ssh-keygen")) GTEST_SKIP() << "ssh-keygen is not here";
  const test::TempDir dir;
  const GeneratedKey made = generate_ssh_key("c");
  write_file_atomic(dir.path("key"), made.private_key);
  const std::string derived =
      run_checked({.argv = {"/usr/bin/ssh-keygen", "-y", "-f", dir.path("key")}});
  EXPECT_EQ(derived.substr(0, derived.find('\n')),
            made.public_key.substr(0, made.public_key.rfind(' ')));
}

}  // namespace
}  // namespace virga::compute
