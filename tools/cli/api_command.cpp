// SPDX-License-Identifier: Apache-2.0
// virga api METHOD PATH: one request to any API of the cloud, with the token.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>

#include "common/error.h"
#include "common/file.h"
#include "tools/cli/commands.h"
#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

struct Wanted {
  std::string method;
  std::string path;
  std::string data;
  std::vector<std::string> headers;
  bool with_headers = false;
  std::int64_t limit = 60;
};

/// TEXT, @FILE, or - for standard input.
std::string body_of(const std::string& data) {
  if (data == "-")
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  if (!data.starts_with('@')) return data;
  auto text = read_file(data.substr(1), 1U << 30U);
  if (!text) throw Error(ErrorKind::invalid, "The file " + data.substr(1) + " does not exist.");
  return std::move(*text);
}

http::RestRequest request_of(const Wanted& wanted) {
  http::RestRequest request{wanted.method, wanted.path};
  for (char& c : request.method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  request.limit = std::chrono::seconds(wanted.limit);
  bool has_type = false;
  for (const auto& line : wanted.headers) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string::npos)
      throw Error(ErrorKind::invalid, "'" + line + "' is no header; write 'Name: value'.");
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    request.headers.emplace_back(line.substr(0, colon),
                                 value == std::string::npos ? "" : line.substr(value));
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    has_type = has_type || name == "content-type";
  }
  if (wanted.data.empty()) return request;
  request.body = body_of(wanted.data);
  if (!has_type) request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

/// JSON is made readable for a person, and left as it is for programs.
void print_body(const Context& context, const std::string& body) {
  if (body.empty()) return;
  if (context.is_watched()) {
    try {
      std::cout << pretty_json(parse_json(body));
      return;
    } catch (const Error&) {
      // Not JSON: shown as it is.
    }
  }
  std::cout << body;
  if (body.back() != '\n' && context.is_watched()) std::cout << "\n";
}

void send(Context& context, const Wanted& wanted) {
  const http::RestAnswer answer = context.session().raw(request_of(wanted));
  if (wanted.with_headers) {
    std::cout << "HTTP " << answer.status << "\n";
    for (const auto& [name, value] : answer.headers)
      std::cout << printable(name) << ": " << printable(value) << "\n";
    std::cout << "\n";
  }
  print_body(context, answer.body);
  std::cout << std::flush;
  if (answer.status >= 400)
    throw Failure(exit_of_status(answer.status),
                  "Status " + std::to_string(answer.status) + ": " + reason_in(answer));
}

}  // namespace

void add_api_command(CLI::App& app, Context& context) {
  auto* api = app.add_subcommand("api", "Send one request with your token and print the answer");
  auto wanted = std::make_shared<Wanted>();
  api->add_option("method", wanted->method, "GET, POST, PUT, PATCH, DELETE, HEAD")->required();
  api->add_option("path", wanted->path, "From the cloud's root: /compute/v2.1/servers")->required();
  api->add_option("-d,--data", wanted->data, "Body: text, @FILE, or - for standard input");
  api->add_option("-H,--header", wanted->headers, "'Name: value'")->allow_extra_args(false);
  api->add_flag("-i,--include", wanted->with_headers, "Print status and headers, too");
  api->add_option("--limit", wanted->limit, "Seconds to wait")->check(CLI::Range(1, 3600));
  api->callback([&context, wanted] { send(context, *wanted); });
}

}  // namespace virga::cli
