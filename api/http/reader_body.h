// SPDX-License-Identifier: Apache-2.0
// A body out of anything that reads by offset.
#pragma once

#include <memory>

#include "api/http/message.h"

namespace virga::http {

/// @tparam Reader has `std::string_view read(std::int64_t offset, std::size_t most)`
template <class Reader>
class ReaderBody final : public BodySource {
 public:
  explicit ReaderBody(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
  std::string_view read(std::int64_t offset, std::size_t most) override {
    return reader_->read(offset, most);
  }

 private:
  std::unique_ptr<Reader> reader_;
};

/// The whole of a reader that also has `std::int64_t size()`.
template <class Reader>
std::shared_ptr<FileBody> body_of(std::unique_ptr<Reader> reader) {
  auto body = std::make_shared<FileBody>();
  body->size = reader->size();
  body->source = std::make_shared<ReaderBody<Reader>>(std::move(reader));
  return body;
}

}  // namespace virga::http
