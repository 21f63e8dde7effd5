// SPDX-License-Identifier: Apache-2.0
// The certificate authority between virgad and its hosts. It signs one server and one certificate a
// host; which of them still count is decided by the database.
#pragma once

#include <string>
#include <vector>

namespace virga::agent_link {

/// A certificate and its private key, PEM.
struct KeyedCertificate {
  std::string certificate;
  std::string private_key;
};

/// SHA-256 of the DER form of the first certificate in a PEM text, hexadecimal.
/// @throws Error{invalid}
std::string certificate_sha256(const std::string& pem);

/// A new authority.
KeyedCertificate make_authority(const std::string& name);

/// A server certificate for these names and addresses (usage serverAuth only), with the authority's
/// certificate behind it, so that a first contact can pin it.
KeyedCertificate issue_server(const KeyedCertificate& authority,
                              const std::vector<std::string>& names);

/// A host's certificate (usage clientAuth only) for the key of a signing request; nothing else of
/// the request is taken over.  @throws Error{invalid} when the request is broken or its key is weak
std::string issue_host(const KeyedCertificate& authority, const std::string& signing_request,
                       const std::string& host_id);

/// A new private key and a signing request for it: the agent's side of an enrolment.
struct SigningRequest {
  std::string request;      ///< PEM
  std::string private_key;  ///< PEM
};
SigningRequest make_signing_request(const std::string& name);

}  // namespace virga::agent_link
