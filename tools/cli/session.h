// SPDX-License-Identifier: Apache-2.0
// A person's way to one cloud: logs in when it is needed, finds services in the catalog, turns
// refusals into failures.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/http/rest_client.h"
#include "tools/cli/cloud_config.h"
#include "tools/cli/token_cache.h"

namespace virga::cli {

/// A request to one service.
struct Call {
  std::string service;  ///< "compute", "image", "network", "identity"; "virga": what is our own
  std::string method = "GET";
  std::string path;                   ///< behind the service's version: "/servers"
  boost::json::value body = nullptr;  ///< null: none
  std::chrono::seconds limit{60};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Not thread-safe.
class Session {
 public:
  /// Asks the person for a secret; throws when there is nobody to ask.
  using Ask = std::function<std::string(const std::string& what)>;

  Session(CloudConfig cloud, TokenCache cache, Ask ask);

  /// The JSON of an answer; null when it has no body.
  /// @throws Failure for each status of 400 or more, with the cloud's own words; Error
  boost::json::value call(const Call& call);
  /// The same for an object that may be missing: nullopt for 404.
  std::optional<boost::json::value> find(const Call& call);
  /// Sends something to a path of the cloud, or to a whole URL of it, and gives what came back.
  http::RestAnswer raw(http::RestRequest request);

  /// Logs in although there may be a token.
  const Token& login();
  /// The token, old or new.
  const Token& token();
  const CloudConfig& cloud() const { return cloud_; }

  /// The address of a service with its version: "http://cloud:8774/compute/v2.1".
  /// @throws Failure{failed} when the catalog does not have it
  std::string url_of(const std::string& service);

 private:
  http::RestAnswer send(const http::RestRequest& request);
  http::RestAnswer send_call(const Call& call);
  std::string root() const;

  CloudConfig cloud_;
  TokenCache cache_;
  Ask ask_;
  std::optional<Token> token_;
  bool is_fresh_ = false;  ///< the token was made by this process
};

/// The sentence in an error body of any of the services; the status when there is none.
std::string reason_in(const http::RestAnswer& answer);

/// A text as one part of a query or path.
std::string percent_encoded(const std::string& text);

}  // namespace virga::cli
