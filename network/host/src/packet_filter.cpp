// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/packet_filter.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "common/error.h"

namespace virga::network {
namespace {

using Message = CPtr<nl_msg, nlmsg_free>;

/// Reads the generation from the kernel's answer into *argument.
int read_generation(nl_msg* message, void* argument) noexcept {
  nlmsghdr* header = nlmsg_hdr(message);
  if (header->nlmsg_type != ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN)) return NL_SKIP;
  const nlattr* id = nlmsg_find_attr(header, sizeof(nfgenmsg), NFTA_GEN_ID);
  if (id != nullptr) *static_cast<std::uint32_t*>(argument) = ntohl(nla_get_u32(id));
  return NL_OK;
}

std::string first_line(const char* text) {
  const std::string whole(text == nullptr ? "" : text);
  return whole.substr(0, whole.find('\n'));
}

}  // namespace

PacketFilter::PacketFilter() : nft_(nft_ctx_new(NFT_CTX_DEFAULT)), socket_(nl_socket_alloc()) {
  if (!nft_ || !socket_) throw std::bad_alloc();
  nft_ctx_buffer_output(nft_.get());
  nft_ctx_buffer_error(nft_.get());
  if (nl_connect(socket_.get(), NETLINK_NETFILTER) < 0)
    throw Error(ErrorKind::unavailable, "The kernel has no netfilter sockets.");
  nl_socket_disable_auto_ack(socket_.get());
}

bool PacketFilter::run(const std::string& commands) {
  return nft_run_cmd_from_buffer(nft_.get(), commands.c_str()) == 0;
}

std::uint32_t PacketFilter::generation() {
  std::uint32_t value = 0;
  const Message message(nlmsg_alloc_simple((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN, 0));
  if (!message) throw std::bad_alloc();
  nfgenmsg body{};
  body.nfgen_family = NFPROTO_UNSPEC;
  body.version = NFNETLINK_V0;
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, read_generation, &value);
  if (nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO) < 0 ||
      nl_send_auto(socket_.get(), message.get()) < 0 || nl_recvmsgs_default(socket_.get()) < 0)
    throw Error(ErrorKind::unavailable, "The kernel does not tell the state of its packet filter.");
  return value;
}

bool PacketFilter::is_current(const std::string& digest, std::uint32_t now) {
  if (!digest_.empty()) return digest_ == digest && generation_ == now;
  // A former process may have made the table: its empty chain names the plan.
  return run("list chain bridge virga plan_" + digest);
}

void PacketFilter::apply(const Ruleset& rules) {
  std::uint32_t now = generation();
  if (!is_current(rules.digest, now)) {
    if (!run(rules.text))
      throw Error(ErrorKind::unavailable, "The packet filter cannot be set: " +
                                              first_line(nft_ctx_get_error_buffer(nft_.get())));
    now = generation();
  }
  digest_ = rules.digest;
  generation_ = now;
}

void PacketFilter::remove() {
  digest_.clear();
  if (!run("add table bridge virga; delete table bridge virga"))
    throw Error(ErrorKind::unavailable, "The packet filter table cannot be removed: " +
                                            first_line(nft_ctx_get_error_buffer(nft_.get())));
}

}  // namespace virga::network
