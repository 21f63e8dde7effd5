// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/cloud_config.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "common/error.h"
#include "common/file.h"

namespace virga::cli {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;

// The keys of `auth` that we know, and so the variables: OS_ and the name in capitals.
constexpr std::array kAuthKeys{
    "auth_url",
    "username",
    "user_id",
    "password",
    "token",
    "user_domain_id",
    "user_domain_name",
    "project_id",
    "project_name",
    "project_domain_id",
    "project_domain_name",
    "domain_id",
    "domain_name",
    "default_domain",
    "system_scope",
    "trust_id",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
};
// Other names of the same.
constexpr std::array<std::pair<const char*, const char*>, 4> kElderKeys{{
    {"tenant_id", "project_id"},
    {"tenant_name", "project_name"},
    {"default_domain_id", "default_domain"},
    {"user_name", "username"},
}};
// What may come from the environment although a cloud of the file was chosen.
constexpr std::array kSecrets{"password", "token", "application_credential_secret"};

[[noreturn]] void refuse(const std::string& sentence) {
  throw Error(ErrorKind::invalid, sentence);
}

std::string variable_named(const std::string& key) {
  std::string name = "OS_";
  for (const char c : key) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// The places of a file, the first that exists is taken.
std::vector<std::string> places(const Surroundings& around, const std::string& stem,
                                const std::string& variable) {
  std::vector<std::string> all;
  if (const auto file = around.variable(variable); !file.empty()) all.push_back(file);
  std::vector<std::string> folders{around.directory};
  const std::string configured = around.variable("XDG_CONFIG_HOME");
  if (!configured.empty())
    folders.push_back(configured + "/openstack");
  else if (!around.home.empty())
    folders.push_back(around.home + "/.config/openstack");
  folders.push_back(around.etc);
  for (const auto& folder : folders)
    for (const char* ending : {".yaml", ".yml", ".json"})
      all.push_back(folder + "/" + stem + ending);
  return all;
}

struct Document {
  std::string path;
  YAML::Node clouds;
};

std::optional<Document> load(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    const auto text = read_file(path, kMostBytes);
    if (!text) continue;
    try {
      const YAML::Node root = YAML::Load(*text);
      return Document{path, root.IsMap() ? root["clouds"] : YAML::Node()};
    } catch (const YAML::Exception& e) {
      refuse(path + " is not YAML: " + e.what());
    }
  }
  return std::nullopt;
}

/// The mapping of one cloud; an undefined node when it is not there.
YAML::Node member(const std::optional<Document>& document, const std::string& name) {
  if (!document || !document->clouds.IsDefined() || !document->clouds.IsMap()) return {};
  return YAML::Node(document->clouds)[name];
}

std::string text_of(const YAML::Node& node) {
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : "";
}

bool is_true(const std::string& word) {
  return word == "true" || word == "True" || word == "yes" || word == "1" || word == "on";
}

void take_auth(const YAML::Node& from, CloudConfig& into) {
  if (!from.IsDefined() || !from.IsMap()) return;
  const auto take = [&](const char* key, const char* as) {
    if (const auto text = text_of(from[key]); !text.empty()) into.auth[as] = text;
  };
  for (const auto& [elder, key] : kElderKeys) take(elder, key);
  for (const char* key : kAuthKeys) take(key, key);
}

/// Values of one file over those that are there.
void take_file(const YAML::Node& from, CloudConfig& into) {
  if (!from.IsDefined() || !from.IsMap()) return;
  if (from["profile"].IsDefined() || from["cloud"].IsDefined())
    refuse("The cloud '" + into.name + "' has a profile, which virga does not read: write it out.");
  take_auth(from, into);  // some write these beside `auth`
  take_auth(from["auth"], into);
  const auto take = [&](const char* key, std::string& value) {
    if (const auto text = text_of(from[key]); !text.empty()) value = text;
  };
  take("auth_type", into.auth_type);
  take("region_name", into.region);
  take("interface", into.interface);
  take("cacert", into.cacert);
  if (const auto text = text_of(from["verify"]); !text.empty()) into.verify = is_true(text);
  if (const auto text = text_of(from["insecure"]); !text.empty()) into.verify = !is_true(text);
}

CloudConfig from_variables(const Surroundings& around) {
  CloudConfig cloud;
  cloud.name = "envvars";
  for (const auto& [elder, key] : kElderKeys)
    if (const auto text = around.variable(variable_named(elder)); !text.empty())
      cloud.auth[key] = text;
  for (const char* key : kAuthKeys)
    if (const auto text = around.variable(variable_named(key)); !text.empty())
      cloud.auth[key] = text;
  cloud.auth_type = around.variable("OS_AUTH_TYPE");
  cloud.region = around.variable("OS_REGION_NAME");
  if (const auto text = around.variable("OS_INTERFACE"); !text.empty()) cloud.interface = text;
  cloud.cacert = around.variable("OS_CACERT");
  cloud.verify = !is_true(around.variable("OS_INSECURE"));
  return cloud;
}

/// Brings what the file calls the way to log in to one of three names.
void settle(CloudConfig& cloud) {
  if (cloud.auth.count("auth_url") == 0) refuse("The cloud '" + cloud.name + "' has no auth_url.");
  std::string& type = cloud.auth_type;
  if (type.empty()) {
    type = "password";
    if (cloud.auth.count("application_credential_secret") != 0) type = "v3applicationcredential";
    if (cloud.auth.count("token") != 0) type = "token";
  }
  if (type == "v3password") type = "password";
  if (type == "v3token") type = "token";
  if (type != "password" && type != "token" && type != "v3applicationcredential")
    refuse("The cloud '" + cloud.name + "' has the auth_type '" + type +
           "'; virga knows password, token and v3applicationcredential.");
  if (cloud.interface.ends_with("URL"))  // "publicURL", as elder files have it
    cloud.interface.resize(cloud.interface.size() - 3);
}

std::string names_of(const YAML::Node& clouds) {
  std::string names;
  for (const auto& entry : clouds) names += (names.empty() ? "" : ", ") + entry.first.Scalar();
  return names;
}

CloudConfig from_files(const Surroundings& around, std::string name) {
  const auto clouds = load(places(around, "clouds", "OS_CLIENT_CONFIG_FILE"));
  const bool any = clouds && clouds->clouds.IsDefined() && clouds->clouds.IsMap();
  if (name.empty()) {
    if (!any)
      refuse("No cloud is configured: there is no clouds.yaml, and OS_AUTH_URL is not set.");
    if (clouds->clouds.size() != 1)
      refuse("Choose one of the clouds in " + clouds->path +
             " with --os-cloud: " + names_of(clouds->clouds) + ".");
    name = clouds->clouds.begin()->first.Scalar();
  }
  const YAML::Node found = member(clouds, name);
  if (!found.IsDefined() || !found.IsMap())
    refuse("The cloud '" + name + "' is not in " +
           (clouds ? clouds->path + (any ? ", which has: " + names_of(clouds->clouds) : "")
                   : std::string("any clouds.yaml")) +
           ".");
  CloudConfig cloud;
  cloud.name = name;
  take_file(found, cloud);
  take_file(member(load(places(around, "secure", "OS_CLIENT_SECURE_FILE")), name), cloud);
  for (const char* key : kSecrets)
    if (const auto text = around.variable(variable_named(key));
        !text.empty() && cloud.auth.count(key) == 0)
      cloud.auth[key] = text;
  return cloud;
}

}  // namespace

const std::string& CloudConfig::of(const std::string& key) const {
  static const std::string kNothing;
  const auto it = auth.find(key);
  return it == auth.end() ? kNothing : it->second;
}

Surroundings process_surroundings() {
  Surroundings around;
  around.variable = [](const std::string& name) -> std::string {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
  };
  around.home = around.variable("HOME");
  return around;
}

CloudConfig read_cloud(const Surroundings& around, const std::string& cloud) {
  std::string name = cloud.empty() ? around.variable("OS_CLOUD") : cloud;
  const bool by_variables = name.empty() && !around.variable("OS_AUTH_URL").empty();
  CloudConfig found = by_variables ? from_variables(around) : from_files(around, std::move(name));
  settle(found);
  return found;
}

std::vector<std::string> list_clouds(const Surroundings& around) {
  std::vector<std::string> names;
  const auto clouds = load(places(around, "clouds", "OS_CLIENT_CONFIG_FILE"));
  if (clouds && clouds->clouds.IsDefined() && clouds->clouds.IsMap())
    for (const auto& entry : clouds->clouds) names.push_back(entry.first.Scalar());
  return names;
}

}  // namespace virga::cli
