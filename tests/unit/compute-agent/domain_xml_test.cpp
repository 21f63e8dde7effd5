// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/domain_xml/domain_xml.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

#include "common/error.h"

namespace virga::agent {
namespace {

DomainSpec small_spec() {
  return {.id = "6f1d2c1e-4f43-4f0e-9d55-0c8d2f0a7b11",
          .name = "instance-0000000a",
          .title = "web-1",
          .project_id = "3a0c2b6f5f6a4b0f8d1e2c3b4a5f6e7d",
          .run_epoch = 3,
          .virt_type = "qemu",
          .vcpus = 1,
          .memory_mib = 512,
          .disk = 1,
          .root_disk = "/var/lib/virga/instances/6f1d/root.qcow2",
          .rescued_disk = "",
          .config_drive = "",
          .console_log = "/var/lib/virga/console/6f1d.log",
          .nics = {{"0b7e5a0c-0000-4000-8000-000000000001", "fa:16:3e:00:00:01", "tap0b7e5a0c-00",
                    1450}}};
}

/// Compares with a golden file; VIRGA_UPDATE_GOLDEN=1 writes it instead.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(VIRGA_GOLDEN) + "/" + name;
  if (std::getenv("VIRGA_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, expected.str()) << "golden file " << path;
}

TEST(DomainXml, EqualsGoldenFileForEmulation) {
  expect_golden("domain_qemu.xml", domain_xml(small_spec()));
}

TEST(DomainXml, EqualsGoldenFileForKvmWithAllParts) {
  DomainSpec spec = small_spec();
  spec.virt_type = "kvm";
  spec.vcpus = 4;
  spec.memory_mib = 8192;
  spec.config_drive = "/var/lib/virga/instances/6f1d/config.iso";
  spec.nics.push_back(
      {"0b7e5a0c-0000-4000-8000-000000000002", "fa:16:3e:00:00:02", "tap0b7e5a0c-01", 9000});
  expect_golden("domain_kvm.xml", domain_xml(spec));
}

TEST(DomainXml, EscapesTheTitle) {
  DomainSpec spec = small_spec();
  spec.title = "</title><devices/>&\"'";
  const std::string xml = domain_xml(spec);
  EXPECT_NE(xml.find("<title>&lt;/title&gt;&lt;devices/&gt;&amp;"), std::string::npos);
  EXPECT_EQ(xml.find("<devices/>"), std::string::npos);
}

TEST(DomainXml, RefusesWhatCannotBeADomain) {
  for (const auto& spoil : std::vector<std::function<void(DomainSpec&)>>{
           [](DomainSpec& s) { s.virt_type = "xen"; }, [](DomainSpec& s) { s.vcpus = 0; },
           [](DomainSpec& s) { s.memory_mib = 0; }, [](DomainSpec& s) { s.root_disk.clear(); },
           [](DomainSpec& s) { s.title = "a\x01"; }}) {
    DomainSpec spec = small_spec();
    spoil(spec);
    EXPECT_THROW((void)domain_xml(spec), Error);
  }
}

TEST(RunEpoch, IsReadBackFromTheDocument) {
  EXPECT_EQ(read_run_epoch(domain_xml(small_spec())), 3);
}

TEST(RunEpoch, IsReadFromTheElementAloneWithAndWithoutPrefix) {
  EXPECT_EQ(read_run_epoch("<instance>\n  <run_epoch>12</run_epoch>\n</instance>"), 12);
  EXPECT_EQ(read_run_epoch("<virga:instance xmlns:virga='https://virga.dev/ns/1'>"
                           "<virga:run_epoch>12</virga:run_epoch></virga:instance>"),
            12);
}

TEST(RunEpoch, IsNotReadFromForeignDocuments) {
  EXPECT_EQ(read_run_epoch(""), std::nullopt);
  EXPECT_EQ(read_run_epoch("<domain><metadata/></domain>"), std::nullopt);
  EXPECT_EQ(read_run_epoch("<domain><metadata><n:instance xmlns:n='https://other'>"
                           "<n:run_epoch>1</n:run_epoch></n:instance></metadata></domain>"),
            std::nullopt);
  EXPECT_EQ(read_run_epoch("<instance><run_epoch>1x</run_epoch></instance>"), std::nullopt);
  EXPECT_EQ(read_run_epoch("<instance><run_epoch>-1</run_epoch></instance>"), std::nullopt);
}

}  // namespace
}  // namespace virga::agent
