// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/disk_copy.h"

#include <pugixml.hpp>
#include <sstream>

#include "common/cptr.h"
#include "common/error.h"
#include "common/log.h"
#include "compute-agent/libvirt/src/check.h"

namespace virga::agent {
namespace {

constexpr int kAgentSeconds = 3;  // a guest agent answers in milliseconds, or there is none
constexpr const char* kRootDisk = "vda";

using Text = CPtr<char, std::free>;

/// Only the root disk, in whole, into a file that is there. As everywhere libvirt relabels nothing.
/// Source: libvirt, "Backup XML format".
std::string backup_xml(const std::string& path) {
  pugi::xml_document document;
  pugi::xml_node backup = document.append_child("domainbackup");
  backup.append_attribute("mode") = "push";
  pugi::xml_node disk = backup.append_child("disks").append_child("disk");
  disk.append_attribute("name") = kRootDisk;
  disk.append_attribute("backup") = "yes";
  disk.append_attribute("type") = "file";
  pugi::xml_node target = disk.append_child("target");
  target.append_attribute("file") = path.c_str();
  pugi::xml_node label = target.append_child("seclabel");
  label.append_attribute("model") = "dac";
  label.append_attribute("relabel") = "no";
  disk.append_child("driver").append_attribute("type") = "qcow2";
  std::ostringstream out;
  document.save(out, "", pugi::format_raw);
  return out.str();
}

bool has_agent(virDomain& domain) {
  const Text xml(virDomainGetXMLDesc(&domain, 0));
  pugi::xml_document document;
  if (!xml || !document.load_string(xml.get())) return false;
  const auto channel = document.select_node(
      "/domain/devices/channel/target[@name='org.qemu.guest_agent.0'][@state='connected']");
  return static_cast<bool>(channel);
}

bool is_running(virDomain& domain) {
  int state = VIR_DOMAIN_NOSTATE;
  return virDomainGetState(&domain, &state, nullptr, 0) == 0 && state == VIR_DOMAIN_RUNNING;
}

/// The file systems of a guest at rest, for as long as this lives.
class Frozen {
 public:
  explicit Frozen(virDomain& domain)
      : domain_(domain), asked_(is_running(domain) && has_agent(domain)) {
    if (!asked_) return;
    virDomainAgentSetResponseTimeout(&domain, kAgentSeconds, 0);
    if (virDomainFSFreeze(&domain, nullptr, 0, 0) < 0)
      log::info("a guest is copied without its agent's help", {{"error", last_message()}});
  }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;
  // Also when the freeze did not succeed: it may have been too slow only.
  ~Frozen() {
    if (asked_) (void)virDomainFSThaw(&domain_, nullptr, 0, 0);
  }

 private:
  static std::string last_message() {
    const char* text = virGetLastErrorMessage();
    return text == nullptr ? "" : text;
  }

  virDomain& domain_;
  const bool asked_;
};

}  // namespace

void begin_copy(virDomain& domain, const std::string& path) {
  const std::string xml = backup_xml(path);
  const Frozen frozen(domain);
  check(virDomainBackupBegin(&domain, xml.c_str(), nullptr, VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL),
        "begin the copy of a disk");
}

bool is_copying(virDomain& domain) {
  const Text xml(virDomainBackupGetXMLDesc(&domain, 0));
  if (xml) return true;
  if (last_code() == VIR_ERR_NO_DOMAIN_BACKUP || last_code() == VIR_ERR_OPERATION_INVALID)
    return false;
  throw_last_error("look at the copy of a disk", Effect::reads);
}

void require_copied(virDomain& domain) {
  int type = VIR_DOMAIN_JOB_NONE;
  virTypedParameterPtr values = nullptr;
  int count = 0;
  check(virDomainGetJobStats(&domain, &type, &values, &count, VIR_DOMAIN_JOB_STATS_COMPLETED),
        "look how the copy of a disk ended", Effect::reads);
  const char* text = nullptr;
  virTypedParamsGetString(values, count, VIR_DOMAIN_JOB_ERRMSG, &text);
  const std::string why = text == nullptr ? "" : text;
  virTypedParamsFree(values, count);
  if (type == VIR_DOMAIN_JOB_COMPLETED) return;
  throw Error(ErrorKind::unavailable,
              "The copy of a disk did not succeed" + (why.empty() ? std::string(".") : ": " + why));
}

void abort_copy(virDomain& domain) {
  if (is_copying(domain) && virDomainAbortJob(&domain) != 0 &&
      last_code() != VIR_ERR_OPERATION_INVALID)
    throw_last_error("end the copy of a disk", Effect::changes);
  if (!is_running(domain) || !has_agent(domain)) return;
  virDomainAgentSetResponseTimeout(&domain, kAgentSeconds, 0);
  (void)virDomainFSThaw(&domain, nullptr, 0, 0);
}

}  // namespace virga::agent
