// SPDX-License-Identifier: Apache-2.0
// Images made byte by byte, and how inspection answers to them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.h"
#include "image-service/inspect.h"

namespace virga::images {

using namespace std::string_view_literals;

constexpr std::size_t kCluster = 65536;

inline void put(std::string& bytes, std::size_t offset, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i)
    bytes.at(offset + width - 1 - i) = static_cast<char>((value >> (8 * i)) & 0xff);
}

/// A 10 MiB qcow2 of version 3 as qemu-img makes it: header, reference counts, L1 table.
inline std::string valid_qcow2() {
  std::string image(3 * kCluster + 8, '\0');
  image.replace(0, 4, "QFI\xfb"sv);
  put(image, 4, 4, 3);
  put(image, 20, 4, 16);
  put(image, 24, 8, 10U << 20U);
  put(image, 36, 4, 1);
  put(image, 40, 8, 3 * kCluster);
  put(image, 48, 8, kCluster);
  put(image, 56, 4, 1);
  put(image, 96, 4, 4);
  put(image, 100, 4, 112);
  return image;
}

inline std::string qcow2_with(std::size_t offset, std::size_t width, std::uint64_t value) {
  std::string image = valid_qcow2();
  put(image, offset, width, value);
  return image;
}

inline Inspection inspect(std::string_view bytes, const std::string& declared,
                          std::size_t piece = 4096) {
  Inspector inspector;
  for (std::size_t at = 0; at < bytes.size(); at += piece) inspector.feed(bytes.substr(at, piece));
  return inspector.finish(declared, [&](std::uint64_t offset, std::size_t size) {
    return std::string(offset < bytes.size() ? bytes.substr(offset, size) : std::string_view());
  });
}

/// The sentence of the refusal; empty when the image was accepted.
inline std::string refusal(std::string_view bytes, const std::string& declared) {
  try {
    (void)inspect(bytes, declared);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    return error.what();
  }
  return "";
}

struct Hostile {
  const char* name;
  std::string image;
  const char* reason;  ///< part of the sentence
};

}  // namespace virga::images
