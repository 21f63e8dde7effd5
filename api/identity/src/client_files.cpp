// SPDX-License-Identifier: Apache-2.0
// GET /virga/v1/clouds.yaml and /virga/v1/openrc, for the caller's user and project.
#include "api/identity/src/client_files.h"

#include <boost/json/serialize.hpp>

#include "api/http/bind.h"
#include "api/identity/src/catalog_routes.h"
#include "common/json.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;

/// A double-quoted scalar: JSON's strings are YAML's, but for DEL and the C1 controls, which YAML
/// wants escaped, and which UTF-8 writes as 0x7F and 0xC2 0x80 to 0xC2 0x9F.
std::string yaml_quoted(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const std::string quoted = json::serialize(json::string(text));
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    const auto c = static_cast<unsigned char>(quoted[i]);
    const auto next = i + 1 < quoted.size() ? static_cast<unsigned char>(quoted[i + 1]) : 0U;
    const bool c1 = c == 0xC2 && next >= 0x80 && next <= 0x9F;
    if (c != 0x7F && !c1) {
      out += quoted[i];
      continue;
    }
    const unsigned code = c1 ? next : c;
    out += std::string("\\x") + kDigits[code >> 4U] + kDigits[code & 15U];
    if (c1) ++i;
  }
  return out;
}

/// One word of a POSIX shell, whatever the text holds.
std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

/// A name as it is shown on a terminal, which must not take orders from it.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return text;
}

ClientIdentity identity_of(const IdentityDeps& deps, const Request& request) {
  const http::Caller& who = request.who();
  ClientIdentity id;
  id.auth_url = request.base_url + "/identity/v3";
  id.region = deps.region;
  id.user_name = who.user_name;
  id.user_domain_name = who.user_domain_name;
  id.project_id = who.project_id;
  id.project_name = who.project_name;
  id.project_domain_name = who.project_domain_name;
  id.application_credential_id = who.application_credential_id;
  return id;
}

Response download(std::string body, const char* type, const char* name) {
  Response response;
  response.body = std::move(body);
  response.content_type = type;
  response.headers.emplace_back("Content-Disposition",
                                std::string("attachment; filename=\"") + name + "\"");
  return response;
}

Response show_clouds_yaml(IdentityDeps& deps, const Request& request) {
  return download(clouds_yaml(identity_of(deps, request)), "application/yaml", "clouds.yaml");
}

Response show_openrc(IdentityDeps& deps, const Request& request) {
  return download(openrc(identity_of(deps, request)), "text/x-shellscript", "openrc");
}

}  // namespace

std::string clouds_yaml(const ClientIdentity& who) {
  std::string out = "clouds:\n  virga:\n";
  const bool by_credential = !who.application_credential_id.empty();
  if (by_credential) out += "    auth_type: v3applicationcredential\n";
  out += "    auth:\n";
  const auto auth = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += std::string("      ") + key + ": " + yaml_quoted(value) + "\n";
  };
  auth("auth_url", who.auth_url);
  if (by_credential) {
    auth("application_credential_id", who.application_credential_id);
    out += "      # application_credential_secret: was shown once, when the credential was made\n";
  } else {
    auth("username", who.user_name);
    auth("user_domain_name", who.user_domain_name);
    auth("project_id", who.project_id);
    auth("project_name", who.project_name);
    auth("project_domain_name", who.project_domain_name);
    out += "      # password: is asked for when it is not here, nor in secure.yaml\n";
  }
  out += "    region_name: " + yaml_quoted(who.region) + "\n";
  return out + "    interface: public\n    identity_api_version: 3\n";
}

std::string openrc(const ClientIdentity& who) {
  std::string out =
      "# To be sourced: . ./openrc\n"
      "for name in $(env | sed -n 's/^\\(OS_[A-Za-z0-9_]*\\)=.*/\\1/p'); do unset \"$name\"; "
      "done\n";
  const auto set = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += std::string("export ") + key + "=" + shell_quoted(value) + "\n";
  };
  set("OS_AUTH_URL", who.auth_url);
  const bool by_credential = !who.application_credential_id.empty();
  if (by_credential) {
    set("OS_AUTH_TYPE", "v3applicationcredential");
    set("OS_APPLICATION_CREDENTIAL_ID", who.application_credential_id);
  } else {
    set("OS_USERNAME", who.user_name);
    set("OS_USER_DOMAIN_NAME", who.user_domain_name);
    set("OS_PROJECT_ID", who.project_id);
    set("OS_PROJECT_NAME", who.project_name);
    set("OS_PROJECT_DOMAIN_NAME", who.project_domain_name);
  }
  set("OS_REGION_NAME", who.region);
  set("OS_INTERFACE", "public");
  set("OS_IDENTITY_API_VERSION", "3");
  const std::string variable = by_credential ? "OS_APPLICATION_CREDENTIAL_SECRET" : "OS_PASSWORD";
  const std::string asked =
      by_credential ? "Secret of the application credential: "
                    : "Password of " + who.user_name + " in " +
                          (who.project_name.empty() ? "no project" : who.project_name) + ": ";
  return out + "printf %s " + shell_quoted(printable(asked)) +
         " >&2\n"
         "virga_echo=$(stty -g 2>/dev/null) && stty -echo 2>/dev/null\n"
         "IFS= read -r " +
         variable +
         "\n"
         "[ -z \"$virga_echo\" ] || stty \"$virga_echo\"\n"
         "unset virga_echo\n"
         "echo >&2\n"
         "export " +
         variable + "\n";
}

void add_client_file_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.add_service({"/virga/v1", http::identity_error, {{"Vary", "X-Auth-Token"}}});
  r.get("/virga/v1/clouds.yaml", "virga:client_files:show", bind(show_clouds_yaml));
  r.get("/virga/v1/openrc", "virga:client_files:show", bind(show_openrc));
}

}  // namespace virga::identity
