// SPDX-License-Identifier: Apache-2.0
// A WebSocket client that shows frames as they come.
#pragma once

#include "tests/unit/api/raw_client.h"

namespace virga::test {

/// One frame; an opcode of 0 and no bytes: the connection ended.
struct RawFrame {
  int opcode = 0;
  std::string bytes;
};

class RawWebSocket {
 public:
  static constexpr int kText = 1;
  static constexpr int kBinary = 2;
  static constexpr int kClose = 8;

  /// Asks for the upgrade; `answer` says what came.
  RawWebSocket(std::uint16_t port, const std::string& target, const std::string& headers = "")
      : client_(port) {
    client_.send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                 "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + headers +
                 "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n"
                 "\r\n");
    answer = client_.read();
  }

  /// Masked with zeros, which leaves the bytes as they are.
  bool send(int opcode, std::string_view bytes) {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    if (bytes.size() < 126) {
      frame += static_cast<char>(0x80U | bytes.size());
    } else {
      frame += '\xff';
      for (int shift = 56; shift >= 0; shift -= 8)
        frame += static_cast<char>(bytes.size() >> static_cast<unsigned>(shift));
    }
    return client_.send(frame + std::string(4, '\0') + std::string(bytes));
  }

  RawFrame read() {
    const std::string head = client_.read_bytes(2);
    if (head.size() < 2) return {};
    RawFrame frame{head[0] & 0x0f, ""};
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size > 125) {
      const std::string more = client_.read_bytes(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : more) size = (size << 8U) | static_cast<unsigned char>(c);
    }
    frame.bytes = client_.read_bytes(size);
    return frame;
  }
  /// What comes in messages until so many bytes are there.
  std::string read_messages(std::size_t count) {
    std::string all;
    while (all.size() < count) {
      const RawFrame frame = read();
      if (frame.opcode == 0 && frame.bytes.empty()) break;
      if (frame.opcode <= kBinary) all += frame.bytes;
    }
    return all;
  }
  bool closed() { return client_.closed(); }
  void drop() { client_.drop(); }

  RawAnswer answer;

 private:
  RawClient client_;
};

}  // namespace virga::test
