// SPDX-License-Identifier: Apache-2.0
// The most that a Boost.Beast coroutine server can do on this machine: GET /show answers one server
// document, built with Boost.JSON from a struct each time. No token, no policy, no database: the
// yardstick of `tools/bench http`.
// usage: http_limit PORT
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using Tcp = asio::ip::tcp;

struct Server {
  std::string id = "0b6f3c1e-4f5c-4f9e-9d52-0e9d4f1c2a3b";
  std::string name = "web-prod-1";
  std::string project = "5f0c1c9b8d7e4a6f9b3c2d1e0f9a8b7c";
  std::string user = "7c8d9e0f1a2b3c4d5e6f708192a3b4c5";
  std::string host = "compute-01";
  std::string address = "10.20.0.17";
  std::string mac = "fa:16:3e:aa:bb:cc";
  std::string created = "2026-11-20T12:34:56Z";
};

json::array link(const json::storage_ptr& memory, const std::string& href) {
  json::array links(memory);
  json::object self(memory);
  self["rel"] = "self";
  self["href"] = href;
  links.push_back(std::move(self));
  return links;
}

std::string show(const Server& s) {
  unsigned char buffer[8192];
  json::monotonic_resource resource(buffer, sizeof buffer);
  const json::storage_ptr memory(&resource);
  json::object v(memory);
  v.reserve(32);
  v["id"] = s.id;
  v["name"] = s.name;
  v["status"] = "ACTIVE";
  v["tenant_id"] = s.project;
  v["user_id"] = s.user;
  v["metadata"] = json::object(memory);
  v["hostId"] = s.project + s.project.substr(0, 24);
  json::object image(memory);
  image["id"] = s.id;
  image["links"] = link(memory, "http://controller:8774/images/" + s.id);
  v["image"] = std::move(image);
  json::object flavor(memory);
  flavor["id"] = "m1.large";
  flavor["links"] = link(memory, "http://controller:8774/flavors/m1.large");
  v["flavor"] = std::move(flavor);
  v["created"] = s.created;
  v["updated"] = s.created;
  json::object address(memory);
  address["version"] = 4;
  address["addr"] = s.address;
  address["OS-EXT-IPS:type"] = "fixed";
  address["OS-EXT-IPS-MAC:mac_addr"] = s.mac;
  json::array list(memory);
  list.push_back(std::move(address));
  json::object addresses(memory);
  addresses["private"] = std::move(list);
  v["addresses"] = std::move(addresses);
  v["accessIPv4"] = "";
  v["accessIPv6"] = "";
  v["links"] = link(memory, "http://controller:8774/v2.1/servers/" + s.id);
  v["OS-DCF:diskConfig"] = "AUTO";
  v["progress"] = 100;
  v["OS-EXT-AZ:availability_zone"] = "az1";
  v["config_drive"] = "";
  v["key_name"] = "ops-key";
  v["OS-SRV-USG:launched_at"] = s.created;
  v["OS-SRV-USG:terminated_at"] = nullptr;
  v["OS-EXT-SRV-ATTR:host"] = s.host;
  v["OS-EXT-SRV-ATTR:instance_name"] = "instance-00000001";
  v["OS-EXT-SRV-ATTR:hypervisor_hostname"] = s.host;
  v["OS-EXT-STS:task_state"] = nullptr;
  v["OS-EXT-STS:vm_state"] = "active";
  v["OS-EXT-STS:power_state"] = 1;
  v["os-extended-volumes:volumes_attached"] = json::array(memory);
  json::object body(memory);
  body["server"] = std::move(v);
  return json::serialize(body);
}

asio::awaitable<void> session(Tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  const Server server;
  try {
    for (;;) {
      http::request<http::empty_body> request;
      co_await http::async_read(stream, buffer, request, asio::use_awaitable);
      http::response<http::string_body> response(http::status::ok, 11);
      response.set(http::field::content_type, "application/json");
      response.set("x-openstack-request-id", "req-7d9a4e6a-0d6c-4d15-9d0b-1d6d1f2a3b4c");
      response.keep_alive(request.keep_alive());
      response.body() = show(server);
      response.prepare_payload();
      co_await http::async_write(stream, response, asio::use_awaitable);
      if (!response.keep_alive()) co_return;
    }
  } catch (const std::exception&) {  // the client went away
  }
}

asio::awaitable<void> serve(asio::io_context& io, unsigned short port) {
  Tcp::acceptor acceptor(io, Tcp::endpoint(asio::ip::make_address("127.0.0.1"), port));
  for (;;) {
    Tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(Tcp::no_delay(true));
    asio::co_spawn(io, session(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  asio::io_context io(1);
  asio::co_spawn(io, serve(io, static_cast<unsigned short>(std::atoi(argv[1]))), asio::detached);
  io.run();
}
