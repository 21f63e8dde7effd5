// SPDX-License-Identifier: Apache-2.0
// What a browser gets for the address of a console: noVNC where that is installed, else a page that
// says how to connect. Private to api/console-proxy.
#pragma once

#include <string>

#include "api/http/router.h"

namespace virga::console_proxy {

class Pages {
 public:
  /// @param novnc_directory may be missing; it is looked at with each request
  explicit Pages(std::string novnc_directory) : directory_(std::move(novnc_directory)) {}

  /// The routes use this object.
  void add_routes(http::Router& router) const;

 private:
  http::Response show(const http::Request& request) const;
  http::Response file(const http::Request& request) const;

  std::string directory_;
};

}  // namespace virga::console_proxy
