// SPDX-License-Identifier: Apache-2.0
// The packet filter table of this host's agent in the kernel.
#pragma once

#include <netlink/socket.h>
#include <nftables/libnftables.h>

#include <cstdint>
#include <string>

#include "common/cptr.h"
#include "network/plan/rules.h"

namespace virga::network {

/// `table bridge virga` of the namespace of the thread that made the object. Not thread-safe.
class PacketFilter {
 public:
  PacketFilter();

  /// Makes the table equal to `rules`, in one transaction, unless it is. Costs one small message
  /// when nobody changed any rule since the last call; when somebody did, the table is put in anew.
  /// @throws Error{unavailable}; the table is then as it was
  void apply(const Ruleset& rules);

  /// Removes the table; absence is success.  @throws Error{unavailable}
  void remove();

 private:
  bool is_current(const std::string& digest, std::uint32_t generation);
  bool run(const std::string& commands);
  std::uint32_t generation();

  CPtr<nft_ctx, nft_ctx_free> nft_;
  CPtr<nl_sock, nl_socket_free> socket_;
  // What was last seen to be right:
  std::string digest_;
  std::uint32_t generation_ = 0;  // of the kernel's rules; any change by anyone raises it
};

}  // namespace virga::network
