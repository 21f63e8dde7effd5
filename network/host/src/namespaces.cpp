// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/namespaces.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <thread>

#include "common/error.h"

namespace virga::network {
namespace {

const std::string kFolder = "/run/netns";

/// Runs `work` on a fresh thread, whose namespace may be changed, and passes its exception on.
void on_own_thread(const std::function<void()>& work) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

/// The folder as a shared mount, so that namespaces are seen in all mount namespaces, as ip does
/// it.
void prepare_folder() {
  make_directories(kFolder);
  if (::mount("", kFolder.c_str(), "none", MS_SHARED | MS_REC, nullptr) == 0) return;
  if (errno != EINVAL) throw_errno("share " + kFolder, errno);
  if (::mount(kFolder.c_str(), kFolder.c_str(), "none", MS_BIND | MS_REC, nullptr) != 0 ||
      ::mount("", kFolder.c_str(), "none", MS_SHARED | MS_REC, nullptr) != 0)
    throw_errno("mount " + kFolder, errno);
}

bool is_namespace(const UniqueFd& fd) {
  struct statfs facts {};
  return ::fstatfs(fd.get(), &facts) == 0 && facts.f_type == NSFS_MAGIC;
}

void create(const std::string& path) {
  prepare_folder();
  { const UniqueFd file = open_file(path, O_RDONLY | O_CREAT, 0444); }
  on_own_thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) throw_errno("new network namespace", errno);
    if (::mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0)
      throw_errno("mount " + path, errno);
  });
}

}  // namespace

Namespace ensure_namespace(const std::string& name) {
  const std::string path = kFolder + "/" + name;
  Namespace space{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0};
  if (!space.fd || !is_namespace(space.fd)) {
    create(path);
    space.fd = open_file(path, O_RDONLY);
  }
  struct stat facts {};
  if (::fstat(space.fd.get(), &facts) != 0) throw_errno("stat " + path, errno);
  space.inode = facts.st_ino;
  return space;
}

void remove_namespace(const std::string& name) {
  const std::string path = kFolder + "/" + name;
  while (::umount2(path.c_str(), MNT_DETACH) == 0) {
  }
  if (errno != EINVAL && errno != ENOENT) throw_errno("unmount " + path, errno);
  remove_file(path);
}

void in_namespace(const Namespace& space, const std::function<void()>& work) {
  on_own_thread([&] {
    if (::setns(space.fd.get(), CLONE_NEWNET) != 0) throw_errno("enter network namespace", errno);
    work();
  });
}

}  // namespace virga::network
