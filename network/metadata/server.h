// SPDX-License-Identifier: Apache-2.0
// The HTTP server of the metadata service: one thread, one poll loop, bounded in every direction.
#pragma once

#include <chrono>
#include <cstddef>

namespace virga::metadata {

/// What a server accepts at most. The defaults suit a network of some thousand guests.
struct Limits {
  std::size_t connections = 256;
  std::size_t connections_per_peer = 16;  ///< so that one guest cannot shut out the others
  std::size_t request_bytes = 8192;
  std::size_t document_bytes = 4U << 20U;      ///< of a guest's packed documents
  std::chrono::milliseconds idle{15'000};      ///< between two requests of a connection
  std::chrono::milliseconds request{5'000};    ///< from the first byte of a request to its last
  std::chrono::milliseconds response{20'000};  ///< for the peer to take an answer
};

/// Answers GET requests that arrive on `listener` with the documents in the file of `directory`
/// that is named like the peer's address. The address of the peer is all that decides; nothing in a
/// request does. Files are read at each request, so a change is seen at once.
/// @param listener a listening, non-blocking socket; @param directory a folder
/// @param stop the loop ends when this becomes readable; -1: it never does
/// Neither is closed. @throws Error{unavailable} when polling fails
void serve(int listener, int directory, int stop = -1, const Limits& limits = {});

}  // namespace virga::metadata
