// SPDX-License-Identifier: Apache-2.0
#include "image-service/src/piece_table.h"

#include <algorithm>

#include "common/hash.h"
#include "image-service/crc32c.h"
#include "image-service/src/bytes.h"

namespace virga::images {
namespace {

// Layout: mark, size of the image (8 bytes), a checksum a piece (4 bytes each), seal. Big endian.
constexpr std::string_view kMark = "VIRGAPC1";
constexpr std::size_t kSealDigits = 64;

void put(std::string& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

std::string seal_of(std::string_view body, const std::string& digest) {
  Digest seal(DigestKind::sha256);
  seal.update(body);
  seal.update(digest);
  return seal.hex();
}

}  // namespace

void PieceTable::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto within_piece = static_cast<std::size_t>(size_) % kPieceBytes;
    if (within_piece == 0) pieces_.push_back(0);
    const std::string_view part = bytes.substr(0, kPieceBytes - within_piece);
    pieces_.back() = crc32c(pieces_.back(), part);
    size_ += static_cast<std::int64_t>(part.size());
    bytes.remove_prefix(part.size());
  }
}

bool PieceTable::matches(std::size_t number, std::string_view piece) const noexcept {
  return number < pieces_.size() && crc32c(0, piece) == pieces_[number];
}

std::string PieceTable::sealed(const std::string& digest) const {
  std::string body(kMark);
  body.reserve(kMark.size() + 8 + pieces_.size() * 4 + kSealDigits);
  put(body, static_cast<std::uint64_t>(size_), 8);
  for (const std::uint32_t piece : pieces_) put(body, piece, 4);
  return body + seal_of(body, digest);
}

std::optional<PieceTable> PieceTable::unsealed(std::string_view text, const std::string& digest) {
  const std::size_t head = kMark.size() + 8;
  if (text.size() < head + kSealDigits || !text.starts_with(kMark)) return std::nullopt;
  const std::string_view body = text.substr(0, text.size() - kSealDigits);
  if (seal_of(body, digest) != text.substr(body.size())) return std::nullopt;
  PieceTable table;
  table.size_ = static_cast<std::int64_t>(big_endian(body, kMark.size(), 8));
  for (std::size_t at = head; at + 4 <= body.size(); at += 4)
    table.pieces_.push_back(static_cast<std::uint32_t>(big_endian(body, at, 4)));
  return table;
}

}  // namespace virga::images
