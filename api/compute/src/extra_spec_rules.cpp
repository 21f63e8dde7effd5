// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/extra_spec_rules.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "api/compute/src/extra_spec_forms.h"
#include "api/compute/src/schema.h"
#include "common/error.h"

namespace virga::compute {
namespace {

constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();

enum class Kind { text, flag, number, one_of, form };

/// One known extra spec, or several ones.
struct Rule {
  std::string_view names;  ///< separated by blanks, without their name space
  Kind kind = Kind::text;
  std::int64_t least = kAny;
  std::int64_t most = kUnbounded;
  std::string_view words = {};               ///< of one_of, separated by blanks
  bool (*fits)(std::string_view) = nullptr;  ///< of form
};

constexpr Rule of_form(std::string_view names, bool (*fits)(std::string_view)) {
  return {names, Kind::form, kAny, kUnbounded, {}, fits};
}
constexpr Rule one_of(std::string_view names, std::string_view words) {
  return {names, Kind::one_of, kAny, kUnbounded, words, nullptr};
}
constexpr Rule from(std::string_view names, std::int64_t least, std::int64_t most = kUnbounded) {
  return {names, Kind::number, least, most, {}, nullptr};
}
constexpr Rule flag(std::string_view names) {
  return {names, Kind::flag, kAny, kUnbounded, {}, nullptr};
}
constexpr Rule text(std::string_view names) {
  return {names, Kind::text, kAny, kUnbounded, {}, nullptr};
}

constexpr std::string_view kShares = "custom high normal low";

constexpr Rule kHw[] = {
    flag("cpu_realtime hide_hypervisor_id locked_memory boot_menu vif_multiqueue_enabled "
         "mem_encryption pmu ephemeral_encryption"),
    of_form("cpu_realtime_mask cpu_dedicated_mask", is_cpu_set),
    one_of("cpu_policy", "dedicated shared mixed"),
    one_of("cpu_thread_policy", "prefer isolate require"),
    one_of("emulator_threads_policy", "isolate share"),
    of_form("mem_page_size", is_page_size),
    from("numa_nodes cpu_sockets cpu_cores cpu_threads max_cpu_sockets max_cpu_cores "
         "max_cpu_threads",
         1),
    one_of("pci_numa_affinity_policy", "required preferred legacy socket"),
    of_form("pmem", is_pmem_list),
    from("serial_port_count", 0),
    one_of("tpm_model", "tpm-tis tpm-crb"),
    one_of("tpm_version", "1.2 2.0"),
    one_of("watchdog_action", "none pause poweroff reset disabled"),
    one_of("viommu_model", "intel smmuv3 virtio auto"),
    one_of("ephemeral_encryption_format", "plain luks luksv2"),
};
constexpr Rule kHwRng[] = {flag("allowed"), from("rate_bytes rate_period", 0)};
constexpr Rule kHwVideo[] = {from("ram_max_mb", 0)};
constexpr Rule kOs[] = {
    one_of("secure_boot", "disabled required"),
    one_of("resolution", "1024x768 1280x1024 1600x1200 1920x1200 2560x1600 3840x2160"),
    from("monitors", 1, 8),
    one_of("vram", "64 128 256 512 1024"),
};
constexpr Rule kPci[] = {of_form("alias", is_alias_list)};
constexpr Rule kQuota[] = {
    from("cpu_limit cpu_shares_share memory_limit memory_shares_share disk_io_limit "
         "disk_io_shares_share vif_limit vif_shares_share cpu_shares cpu_period "
         "disk_read_bytes_sec disk_read_iops_sec disk_write_bytes_sec disk_write_iops_sec "
         "disk_total_bytes_sec disk_total_iops_sec vif_inbound_average vif_inbound_peak "
         "vif_inbound_burst vif_outbound_average vif_outbound_peak vif_outbound_burst",
         0),
    from("cpu_reservation memory_reservation disk_io_reservation vif_reservation cpu_quota", kAny),
    one_of("cpu_shares_level memory_shares_level disk_io_shares_level vif_shares_level", kShares),
};
constexpr Rule kAccel[] = {text("device_profile")};
constexpr Rule kVmware[] = {text("hw_version storage_policy")};
constexpr Rule kCapabilities[] = {
    text("id uuid service_id host vcpus memory_mb local_gb vcpus_used memory_mb_used local_gb_used "
         "hypervisor_type hypervisor_version hypervisor_hostname free_ram_mb free_disk_gb "
         "current_workload running_vms disk_available_least host_ip mapped cpu_allocation_ratio "
         "ram_allocation_ratio disk_allocation_ratio total_usable_ram_mb total_usable_disk_gb "
         "disk_mb_used free_disk_mb vcpus_total num_instances num_io_ops failed_builds aggregates "
         "cell_uuid updated")};
constexpr Rule kNoNamespace[] = {flag("hide_hypervisor_id"),
                                 one_of("group_policy", "isolate none")};
constexpr Rule kNumaCpus = of_form("numa_cpus", is_cpu_set);
constexpr Rule kNumaMemory = from("numa_mem", 1);
constexpr Rule kAmount = from("amount", kAny);
constexpr Rule kTrait = one_of("trait", "required forbidden");
constexpr Rule kFree = text("");

// Behind these, "capabilities:" goes on with a path into what a host reports.
constexpr std::string_view kNested =
    "cpu_info metrics stats numa_topology supported_hv_specs pci_device_pools nodename pci_stats "
    "supported_instances limits instances";

constexpr std::string_view kResourceClasses =
    "VCPU MEMORY_MB DISK_GB PCI_DEVICE SRIOV_NET_VF NUMA_SOCKET NUMA_CORE NUMA_THREAD "
    "NUMA_MEMORY_MB IPV4_ADDRESS VGPU VGPU_DISPLAY_HEAD NET_BW_EGR_KILOBIT_PER_SEC "
    "NET_BW_IGR_KILOBIT_PER_SEC PCPU MEM_ENCRYPTION_CONTEXT FPGA PGPU "
    "NET_PACKET_RATE_KILOPACKET_PER_SEC NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC "
    "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC";

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

template <std::size_t N>
const Rule* find_in(const Rule (&rules)[N], std::string_view name) {
  for (const Rule& rule : rules)
    if (has_word(rule.names, name)) return &rule;
  return nullptr;
}

const Rule* find_hw(std::string_view name) {
  for (const Rule* rule : {&kNumaCpus, &kNumaMemory}) {
    const std::string_view stem = rule->names;
    if (name.starts_with(stem) && name.substr(stem.size()).starts_with('.') &&
        are_all(name.substr(stem.size() + 1), is_digit))
      return rule;
  }
  return find_in(kHw, name);
}

/// "host", "cpu_info:arch:x": the first word may have a path of words behind it.
const Rule* find_capability(std::string_view name) {
  const std::size_t colon = std::min(name.find(':'), name.size());
  const bool words =
      std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || c == ':'; }) &&
      !name.ends_with(':') && name.find("::") == std::string_view::npos;
  if (words && has_word(kNested, name.substr(0, colon))) return &kFree;
  return find_in(kCapabilities, name);
}

const Rule* find_resource(std::string_view name) {
  const bool custom = name.starts_with("CUSTOM_") && are_all(name.substr(7), is_upper);
  return custom || has_word(kResourceClasses, name) ? &kAmount : nullptr;
}

/// The standard traits are not listed here: any name of their form will do.
const Rule* find_trait(std::string_view name) {
  for (const std::string_view family :
       {"CUSTOM_", "HW_", "COMPUTE_", "MISC_", "STORAGE_", "OWNER_", "HOST_"})
    if (name.starts_with(family) && are_all(name.substr(family.size()), is_upper)) return &kTrait;
  return nullptr;
}

/// "resources", "resources1", "resources_GROUP".
bool is_group_of(std::string_view space, std::string_view stem) {
  if (!space.starts_with(stem)) return false;
  space.remove_prefix(stem.size());
  return space.size() <= 64 &&
         std::all_of(space.begin(), space.end(), [](char c) { return is_word(c) || c == '-'; });
}

/// A known name space; nullopt: none of ours. Its rule is nullptr when it does not have the name.
std::optional<const Rule*> find_rule(std::string_view space, std::string_view name) {
  if (space == "hw") return find_hw(name);
  if (space == "hw_rng") return find_in(kHwRng, name);
  if (space == "hw_video") return find_in(kHwVideo, name);
  if (space == "os") return find_in(kOs, name);
  if (space == "pci_passthrough") return find_in(kPci, name);
  if (space == "quota") return find_in(kQuota, name);
  if (space == "accel") return find_in(kAccel, name);
  if (space == "vmware") return find_in(kVmware, name);
  if (space == "capabilities") return find_capability(name);
  if (space == "aggregate_instance_extra_specs") return name.empty() ? nullptr : &kFree;
  if (is_group_of(space, "resources")) return find_resource(name);
  if (is_group_of(space, "trait")) return find_trait(name);
  return std::nullopt;
}

[[noreturn]] void fail(const std::string& why) {
  throw Error(ErrorKind::invalid, "Validation failed; " + why);
}

void require_number(const Rule& rule, const std::string& value) {
  std::string_view digits = value;
  while (!digits.empty() && is_space(digits.front())) digits.remove_prefix(1);
  while (!digits.empty() && is_space(digits.back())) digits.remove_suffix(1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, failure] = std::from_chars(digits.data(), end, number);
  const bool huge = failure == std::errc::result_out_of_range && rest == end;
  if (huge) number = digits.starts_with('-') ? kAny + 1 : kUnbounded;
  if ((failure != std::errc{} && !huge) || rest != end)
    fail("'" + value + "' is not a valid integer value.");
  if (number > rule.most)
    fail("'" + value + "' is greater than the max value of '" + std::to_string(rule.most) + "'.");
  if (number < rule.least)
    fail("'" + value + "' is less than the min value of '" + std::to_string(rule.least) + "'.");
}

void require_value(const Rule& rule, const std::string& value) {
  switch (rule.kind) {
    case Kind::text:
      return;
    case Kind::flag:
      if (!boolean_word(value)) fail("'" + value + "' is not a valid boolean-like value.");
      return;
    case Kind::number:
      return require_number(rule, value);
    case Kind::one_of:
      if (value.find(' ') == std::string::npos && has_word(rule.words, value)) return;
      fail("'" + value + "' is not one of: " + std::string(rule.words) + ".");
    case Kind::form:
      if (!rule.fits(value)) fail("'" + value + "' is not of the format that it must have.");
      return;
  }
}

}  // namespace

void require_extra_spec(std::string_view name, const std::string& value) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) {
    if (const Rule* rule = find_in(kNoNamespace, name)) require_value(*rule, value);
    return;
  }
  const auto rule = find_rule(name.substr(0, colon), name.substr(colon + 1));
  if (!rule) return;
  if (*rule == nullptr)
    fail("extra spec '" + std::string(name) + "' does not appear to be a valid extra spec.");
  require_value(**rule, value);
}

}  // namespace virga::compute
