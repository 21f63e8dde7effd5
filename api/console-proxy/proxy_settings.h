// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace virga::console_proxy {

struct ProxySettings {
  /// Web sites besides the control plane's own whose pages may open consoles:
  /// "https://cloud.example"
  std::vector<std::string> allowed_origins;
  std::string novnc_directory = "/usr/share/novnc";  ///< where noVNC is installed, if it is
  std::size_t per_instance = 8;                      ///< consoles that are open at once
  std::size_t per_project = 64;
  std::size_t in_all = 1024;
};

}  // namespace virga::console_proxy
