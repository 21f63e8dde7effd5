// SPDX-License-Identifier: Apache-2.0
// The metadata server over a loopback socket. The peer is 127.0.0.1.
#include "network/metadata/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "common/file.h"
#include "common/random.h"
#include "network/metadata/document_file.h"

using namespace virga;
using namespace virga::metadata;

namespace {

class MetadataServer : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("virga-md-" + new_hex_id());
    make_directories(folder_);
    publish("web");
    directory_ = open_file(folder_, O_RDONLY | O_DIRECTORY);
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ASSERT_EQ(::bind(listener_.get(), name(), size), 0);
    ASSERT_EQ(::listen(listener_.get(), 64), 0);
    ASSERT_EQ(::getsockname(listener_.get(), name(), &size), 0);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    stop_read_ = UniqueFd(ends[0]);
    stop_write_ = UniqueFd(ends[1]);
    limits_.request = std::chrono::milliseconds(200);
    limits_.idle = std::chrono::milliseconds(400);
    limits_.connections_per_peer = 4;
    thread_ = std::thread(
        [this] { serve(listener_.get(), directory_.get(), stop_read_.get(), limits_); });
  }

  void TearDown() override {
    stop_write_.reset();
    thread_.join();
    std::filesystem::remove_all(folder_);
  }

  sockaddr* name() { return reinterpret_cast<sockaddr*>(&address_); }

  void publish(const std::string& hostname) {
    write_file_atomic(folder_ + "/127.0.0.1",
                      pack_documents({{"latest/meta-data/hostname", hostname},
                                      {"openstack/latest/meta_data.json", "{}"}}),
                      0644);
  }

  UniqueFd connect() {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), name(), sizeof address_), 0);
    const timeval limit{5, 0};
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
  }

  /// Everything until the server closes.
  static std::string read_all(const UniqueFd& fd) {
    std::string out;
    char chunk[4096];
    for (ssize_t n = 0; (n = ::recv(fd.get(), chunk, sizeof chunk, 0)) > 0;)
      out.append(chunk, static_cast<std::size_t>(n));
    return out;
  }

  std::string ask(const std::string& request) {
    const UniqueFd fd = connect();
    (void)::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
    return read_all(fd);
  }

  static std::string body(const std::string& response) {
    const auto at = response.find("\r\n\r\n");
    return at == std::string::npos ? "" : response.substr(at + 4);
  }

  std::string folder_;
  UniqueFd directory_, listener_, stop_read_, stop_write_;
  sockaddr_in address_{};
  Limits limits_;
  std::thread thread_;
};

}  // namespace

TEST_F(MetadataServer, AnswersByTheAddressOfThePeerAlone) {
  const auto response =
      ask("GET /latest/meta-data/hostname HTTP/1.0\r\nX-Forwarded-For: 10.9.9.9\r\n"
          "X-Instance-ID: other\r\n\r\n");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
  EXPECT_EQ(body(response), "web");
}

TEST_F(MetadataServer, KeepsAConnectionAndAnswersRequestsSentAhead) {
  const auto response =
      ask("GET /latest/meta-data/hostname HTTP/1.1\r\nHost: x\r\n\r\n"
          "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
          "GET /openstack/latest/meta_data.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(response.find("\r\n\r\nwebHTTP/1.1 404 Not Found"), std::string::npos) << response;
  EXPECT_NE(response.find("Content-Type: application/json"), std::string::npos);
  EXPECT_TRUE(response.ends_with("{}"));
}

TEST_F(MetadataServer, SeesAChangeAtOnce) {
  publish("db");
  EXPECT_EQ(body(ask("GET /latest/meta-data/hostname HTTP/1.0\r\n\r\n")), "db");
}

TEST_F(MetadataServer, KnowsNothingForAPeerWithoutDocuments) {
  remove_file(folder_ + "/127.0.0.1");
  EXPECT_TRUE(ask("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 404 "));
}

TEST_F(MetadataServer, AllowsGetOnly) {
  for (const auto* verb : {"POST", "PUT", "HEAD", "DELETE", "OPTIONS"}) {
    const auto response = ask(
        std::string(verb) + " /latest/api/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 405 ")) << response;
    EXPECT_NE(response.find("Allow: GET\r\n"), std::string::npos);
  }
}

TEST_F(MetadataServer, RefusesBodiesAndBrokenRequests) {
  for (const auto* request :
       {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n"})
    EXPECT_TRUE(ask(request).starts_with("HTTP/1.1 400 ")) << request;
}

TEST_F(MetadataServer, RefusesARequestThatIsTooLong) {
  const auto response = ask("GET / HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n");
  EXPECT_TRUE(response.empty() || response.starts_with("HTTP/1.1 431 ")) << response;
}

TEST_F(MetadataServer, ClosesASlowAndAnIdleConnection) {
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHo"), "");
  EXPECT_EQ(ask(""), "");
}

TEST_F(MetadataServer, BoundsTheConnectionsOfOnePeer) {
  std::vector<UniqueFd> held;
  for (int i = 0; i < 4; ++i) held.push_back(connect());
  EXPECT_EQ(read_all(connect()), "");
  held.clear();
  // The server may take the next connection before it has seen the others close.
  std::string answer;
  for (int i = 0; i < 1000 && answer.empty(); ++i)
    answer = body(ask("GET /latest/meta-data/hostname HTTP/1.0\r\n\r\n"));
  EXPECT_EQ(answer, "web");
}
