// SPDX-License-Identifier: Apache-2.0
#include "image-service/inspect.h"

#include <vector>

#include "tests/unit/image-service/hostile_images.h"

namespace virga::images {
namespace {

TEST(Inspect, AcceptsAQcow2AndTellsItsVirtualSize) {
  const Inspection found = inspect(valid_qcow2(), "qcow2");
  EXPECT_EQ(found.format, "qcow2");
  EXPECT_EQ(found.virtual_size, 10 << 20);
}

TEST(Inspect, FindsTheSameInPiecesOfAnySize) {
  std::string vhd(2000, 'x');
  vhd.replace(vhd.size() - 512, 8, "conectix");
  for (const std::size_t piece : {1U, 7U, 511U, 512U, 513U, 65536U, 1000000U}) {
    EXPECT_EQ(inspect(valid_qcow2(), "qcow2", piece).virtual_size, 10 << 20) << piece;
    EXPECT_THROW(inspect(vhd, "raw", piece), Error) << piece;
  }
}

TEST(Inspect, RawWithOrWithoutAPartitionTableIsRaw) {
  std::string disk(1 << 20, '\0');
  EXPECT_EQ(inspect(disk, "raw").virtual_size, 1 << 20);
  disk.replace(510, 2, "\x55\xaa"sv);
  EXPECT_EQ(inspect(disk, "raw").virtual_size, 1 << 20);
  disk.replace(512, 8, "EFI PART");
  EXPECT_EQ(inspect(disk, "raw").format, "raw");
  EXPECT_EQ(inspect("x", "raw").virtual_size, 1);
}

TEST(Inspect, AcceptsAnIsoDeclaredAsIsoAlsoWhenItBootsFromADisk) {
  std::string disc(1 << 20, '\0');
  disc.replace(32768, 6,
               "\x01"
               "CD001");
  disc.replace(510, 2, "\x55\xaa"sv);
  EXPECT_EQ(inspect(disc, "iso").format, "iso");
  EXPECT_NE(refusal(disc, "raw").find("its content is 'iso'"), std::string::npos);
}

TEST(Inspect, RefusesAnEmptyImage) {
  EXPECT_EQ(refusal("", "raw"), "The image is empty.");
  EXPECT_EQ(refusal("", "qcow2"), "The image is empty.");
}

TEST(Inspect, PartsOfMachineImagesAreKeptButDoNotBoot) {
  for (const char* format : {"ami", "ari", "aki"}) {
    const Inspection found = inspect("kernel", format);
    EXPECT_EQ(found.virtual_size, 6);
    EXPECT_NE(found.unbootable, "");
    EXPECT_NE(refusal(valid_qcow2(), format), "");
  }
  EXPECT_EQ(inspect("disk", "raw").unbootable, "");
}

TEST(Inspect, KnowsTheFormatsThatMayBeDeclared) {
  EXPECT_NO_THROW(require_known_format("ploop"));
  EXPECT_EQ(refusal("x", "evil\n"), "The disk format is not known.");
  EXPECT_EQ(refusal("x", ""), "The disk format is not known.");
}

std::vector<Hostile> other_formats() {
  const auto with = [](std::size_t offset, std::string_view bytes) {
    std::string image(1 << 17, '\0');
    return image.replace(offset, bytes.size(), bytes);
  };
  const std::size_t size = 1 << 17;
  return {
      {"qed", with(0, "QED\0"sv), "qed"},
      {"vmdk", with(0, "KDMV"), "vmdk"},
      {"vmdk 3", with(0, "COWD"), "vmdk"},
      {"vmdk text", with(0, "# Disk DescriptorFile\nversion=1\n"), "vmdk"},
      {"vmdk text, any case", with(0, "# disk descriptorfile\r\n"), "vmdk"},
      {"vmdk text, bare", with(0, "# x\n\n   \nversion=1\n"), "vmdk"},
      {"vhdx", with(0, "vhdxfile"), "vhdx"},
      {"vhd dynamic", with(0, "conectix"), "vhd"},
      {"vhd fixed", with(size - 512, "conectix"), "vhd"},
      {"vhd old", with(size - 511, "conectix"), "vhd"},
      {"vdi", with(64, "\x7f\x10\xda\xbe"), "vdi"},
      {"vdi text", with(0, "<<< Oracle VM VirtualBox Disk Image >>>\n"), "vdi"},
      {"luks", with(0, "LUKS\xba\xbe"), "luks"},
      {"luks 2, second header", with(0, "SKUL\xba\xbe"), "luks"},
      {"parallels", with(0, "WithoutFreeSpace"), "ploop"},
      {"parallels 2", with(0, "WithouFreSpacExt"), "ploop"},
      {"dmg", with(size - 512, "koly"), "dmg"},
      {"bochs", with(0, "Bochs Virtual HD Image"), "bochs"},
      {"iso", with(32769, "CD001"), "iso"},
      {"udf", with(32769, "NSR02"), "iso"},
      {"qcow2", valid_qcow2(), "qcow2"},
  };
}

TEST(Inspect, RefusesEveryOtherFormatDeclaredAsRaw) {
  for (const Hostile& c : other_formats())
    EXPECT_NE(refusal(c.image, "raw").find("is '" + std::string(c.reason) + "'"), std::string::npos)
        << c.name << ": " << refusal(c.image, "raw");
}

TEST(Inspect, BytesWithoutASignatureDoNotBootUnderAnotherName) {
  for (const char* format : {"qcow2", "iso", "vmdk", "vhd", "vhdx", "vdi", "ploop"}) {
    const Inspection found = inspect(std::string(70000, 'x'), format);
    EXPECT_NE(found.unbootable.find(format), std::string::npos);
    EXPECT_EQ(found.virtual_size, 0);
  }
}

TEST(Inspect, RefusesWhatIsTwoFormatsAtOnce) {
  std::string image = valid_qcow2();
  image.replace(32769, 5, "CD001");
  for (const char* declared : {"qcow2", "raw", "iso"})
    EXPECT_NE(refusal(image, declared).find("ambiguous"), std::string::npos) << declared;
  image = valid_qcow2();
  image.resize(image.size() + 512);
  image.replace(image.size() - 512, 8, "conectix");
  EXPECT_NE(refusal(image, "qcow2").find("ambiguous"), std::string::npos);
}

}  // namespace
}  // namespace virga::images
