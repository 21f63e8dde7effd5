// SPDX-License-Identifier: Apache-2.0
// What flavors and images want of the machine: a table for each filter.
#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

using Texts = std::map<std::string, std::string>;

TEST(ComputeCapabilitiesFilter, SpeaksTheLanguageOfExtraSpecs) {
  const struct {
    const char* key;
    const char* wanted;
    bool passes;
  } kCases[] = {
      {"capabilities:cpu_info:vendor", "Intel", true},
      {"capabilities:cpu_info:vendor", "AMD", false},
      {"capabilities:cpu_info:vendor", "s== Intel", true},
      {"capabilities:cpu_info:vendor", "s!= Intel", false},
      {"capabilities:cpu_info:vendor", "s< Jntel", true},
      {"capabilities:cpu_info:vendor", "<or> AMD <or> Intel", true},
      {"capabilities:cpu_info:vendor", "<or> AMD <or> ARM", false},
      {"capabilities:cpu_info:features", "<in> avx2", true},
      {"capabilities:cpu_info:features", "<in> amx", false},
      {"capabilities:cpu_info:features", "<all-in> aes avx2", true},
      {"capabilities:cpu_info:features", "<all-in> aes amx", false},
      {"capabilities:cores", "= 4", true},
      {"capabilities:cores", "= 9", false},
      {"capabilities:cores", "== 8", true},
      {"capabilities:cores", "!= 8", false},
      {"capabilities:cores", ">= 8.5", false},
      {"capabilities:cores", "<= 8.5", true},
      {"capabilities:cores", ">= many", false},
      {"capabilities:cores", ">=", false},
      {"capabilities:unknown", "1", false},
      {"cores", "8", true},
      {"cores", "9", false},
      {"unknown", "1", true},
      {"hw:cpu_policy", "dedicated", true},
      {"hw:maxphysaddr_bits", "46", true},
      {"hw:maxphysaddr_bits", "52", false},
      {"capabilities:free_ram_mb", ">= 8000", true},
      {"capabilities:free_ram_mb", ">= 9000", false},
      {"capabilities:num_instances", "== 0", true},
      {"num_instances", "3", false},
      {"capabilities:hypervisor_hostname", "a", true},
      {"capabilities:hypervisor_type", "xen", false},
  };
  auto cloud = cloud_of({host("a", [](Host& h) {
    h.capabilities = {{"cpu_info:vendor", "Intel"},
                      {"cpu_info:features", "['aes', 'avx2']"},
                      {"cpu_info:maxphysaddr:bits", "46"},
                      {"cores", "8"}};
    h.hypervisor_type = "QEMU";
  })});
  for (const auto& c : kCases)
    expect_verdict(cloud, small([&](Request& r) {
                     r.demand.extra_specs = {{c.key, c.wanted}};
                   }),
                   Filter::compute_capabilities, c.passes, std::string(c.key) + " " + c.wanted);
}

TEST(ImagePropertiesFilter, ComparesWithWhatTheHostRuns) {
  const struct {
    Texts image;
    bool passes;
  } kCases[] = {
      {{}, true},
      {{{"hw_architecture", "x86_64"}}, true},
      {{{"architecture", "amd64"}}, true},
      {{{"hw_architecture", "i386"}}, true},
      {{{"hw_architecture", "aarch64"}}, false},
      {{{"img_hv_type", "KVM"}}, true},
      {{{"img_hv_type", "xapi"}}, false},
      {{{"hw_vm_mode", "hvm"}}, true},
      {{{"hw_vm_mode", "pv"}}, false},
      {{{"hw_architecture", "i686"}, {"img_hv_type", "qemu"}}, false},
      {{{"img_hv_type", "kvm"}, {"img_hv_requested_version", ">=7.0, <8"}}, true},
      {{{"img_hv_type", "kvm"}, {"img_hv_requested_version", ">=8"}}, false},
      {{{"img_hv_type", "kvm"}, {"img_hv_requested_version", "==7.2.22"}}, true},
      {{{"img_hv_type", "kvm"}, {"hw_maxphysaddr_bits", "46"}}, true},
      {{{"img_hv_type", "kvm"}, {"hw_maxphysaddr_bits", "52"}}, false},
      {{{"os_distro", "debian"}}, true},
  };
  auto cloud = cloud_of({host("a", [](Host& h) {
    h.supported_instances = {
        {"x86_64", "kvm", "hvm"}, {"x86_64", "qemu", "hvm"}, {"i686", "kvm", "hvm"}};
    h.hypervisor_version = 7002022;
    h.capabilities = {{"cpu_info:maxphysaddr:bits", "46"}};
  })});
  int number = 0;
  for (const auto& c : kCases)
    expect_verdict(cloud, small([&](Request& r) { r.demand.image_properties = c.image; }),
                   Filter::image_properties, c.passes, "case " + std::to_string(number++));
}

TEST(ImagePropertiesFilter, KnowsADefaultArchitecture) {
  Options options;
  options.image_default_architecture = "aarch64";
  auto cloud = cloud_of({host("a",
                              [](Host& h) {
                                h.supported_instances = {{"x86_64", "kvm", "hvm"}};
                              })},
                        options);
  expect_verdict(cloud, small(), Filter::image_properties, false, "default");
}

}  // namespace
}  // namespace virga::scheduler
