// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/link/identity.h"

#include <sys/stat.h>
#include <boost/json/serialize.hpp>

#include "api/agent-link/authority.h"
#include "api/agent-link/enrolment_token.h"
#include "common/error.h"
#include "common/file.h"
#include "common/json.h"

namespace virga::agent {
namespace {

// One file, so that it is there wholly or not at all.
std::string file_of(const std::string& directory) {
  return directory + "/identity.json";
}

std::string serialized(const Identity& i) {
  return json::serialize(json::object{{"host_id", i.host_id},
                                      {"host_name", i.host_name},
                                      {"certificate", i.certificate},
                                      {"private_key", i.private_key},
                                      {"authority", i.authority}});
}

}  // namespace

std::optional<Identity> load_identity(const std::string& directory) {
  const std::string path = file_of(directory);
  const auto text = read_file(path);
  if (!text) return std::nullopt;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || (facts.st_mode & 077) != 0)
    throw Error(ErrorKind::invalid, path + " can be read by other users: it must have mode 0600.");
  const json::value value = parse_json(*text);
  if (!value.is_object()) throw Error(ErrorKind::invalid, path + " is broken: enrol again.");
  const Fields in(value.get_object(), "identity");
  constexpr Length kPem{1, 65536};
  return Identity{in.string("host_id"), in.string("host_name"), in.string("certificate", kPem),
                  in.string("private_key", kPem), in.string("authority", kPem)};
}

Identity enrol(const std::string& directory, const std::string& server, std::uint16_t port,
               const std::string& token) {
  const auto parsed = agent_link::parse_enrolment_token(token);
  if (!parsed) throw Error(ErrorKind::invalid, "The enrolment token does not have the right form.");
  const auto request = agent_link::make_signing_request("host");
  http::Peer peer;
  peer.host = server;
  peer.port = port;
  peer.ca_sha256 = parsed->authority_sha256;
  const auto answer =
      http::fetch(peer, "POST", "/agent/v1/enrol",
                  json::serialize(json::object{{"secret", parsed->secret},
                                               {"signing_request", request.request}}),
                  std::chrono::seconds(20));
  if (answer.status == 401)
    throw Error(ErrorKind::unauthorized, "The enrolment token is not valid (any more).");
  if (answer.status != 200)
    throw Error(ErrorKind::unavailable, "The control plane answered " +
                                            std::to_string(answer.status) + " to the enrolment.");
  const json::value value = parse_json(answer.body);
  if (!value.is_object()) throw Error(ErrorKind::unavailable, "The enrolment answer is broken.");
  const Fields in(value.get_object(), "answer");
  constexpr Length kPem{1, 65536};
  const Identity identity{in.string("host_id"), in.string("host_name"),
                          in.string("certificate", kPem), request.private_key,
                          in.string("authority", kPem)};
  make_directories(directory, 0700);
  write_file_atomic(file_of(directory), serialized(identity), 0600);
  return identity;
}

http::Peer peer_of(const Identity& identity, const std::string& server, std::uint16_t port) {
  http::Peer peer;
  peer.host = server;
  peer.port = port;
  peer.ca = identity.authority;
  peer.certificate = identity.certificate;
  peer.private_key = identity.private_key;
  return peer;
}

}  // namespace virga::agent
