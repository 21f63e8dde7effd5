// SPDX-License-Identifier: Apache-2.0
// The bytes of images: streamed in with inspection, streamed out from the store.
#include <charconv>

#include "api/http/bind.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "common/log.h"
#include "db/store/images.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using model::ImageStatus;
using store::ReadTx;
using store::WriteTx;

/// One upload. Until finish() succeeded, its end makes the image `queued` again (the client went
/// away) or `killed` (the bytes were refused).
class ImageUpload final : public http::Upload {
 public:
  ImageUpload(ImageDeps& deps, model::Image image, std::unique_ptr<images::Upload> bytes)
      : deps_(deps), image_(std::move(image)), bytes_(std::move(bytes)) {}

  ~ImageUpload() override {
    if (settled_) return;
    bytes_.reset();
    try {
      settle(ImageStatus::queued, "");
    } catch (const std::exception& e) {  // the next start of the service does it
      log::warning("upload not undone", {{"image", image_.id}, {"error", e.what()}});
    }
  }

  void write(std::string_view bytes) override {
    try {
      bytes_->write(bytes);
    } catch (const Error& e) {
      refuse(e);
    }
  }

  Response finish() override {
    images::StoredImage stored;
    try {
      stored = bytes_->commit(image_.disk_format);
    } catch (const Error& e) {
      refuse(e);
    }
    const bool done = deps_.db.write([&](WriteTx& tx) {
      return store::images::activate(
          tx, image_.id,
          {stored.size, stored.inspection.virtual_size, stored.digest, stored.checksum},
          deps_.clock.now_us());
    });
    settled_ = true;
    if (!done)  // its bytes go when nothing else refers to them
      throw Error(ErrorKind::not_found, "Image " + image_.id + " was deleted during its upload.");
    log::info("image active", {{"image", image_.id}, {"digest", stored.digest}});
    return http::empty_response(204);
  }

 private:
  void settle(ImageStatus status, const std::string& reason) {
    settled_ = true;
    deps_.db.write([&](WriteTx& tx) {
      store::images::refuse(tx, image_.id, status, reason, deps_.clock.now_us());
    });
  }

  /// Bad bytes kill the image; trouble of ours leaves it queued for another try.
  [[noreturn]] void refuse(const Error& e) {
    const bool theirs = e.kind() == ErrorKind::invalid || e.kind() == ErrorKind::too_large;
    settle(theirs ? ImageStatus::killed : ImageStatus::queued, e.what());
    throw e;
  }

  ImageDeps& deps_;
  model::Image image_;
  std::unique_ptr<images::Upload> bytes_;
  bool settled_ = false;
};

std::optional<std::int64_t> content_length(const Request& request) {
  const std::string_view text = request.header("content-length");
  std::int64_t length = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return length;
}

/// PUT /v2/images/{id}/file
std::unique_ptr<http::Upload> upload(ImageDeps& deps, const Request& request) {
  if (request.header("content-type") != "application/octet-stream")
    throw Error(ErrorKind::invalid, "The content type must be application/octet-stream.");
  images::UploadLimits limits;
  limits.max_bytes = deps.max_image_bytes;
  limits.expected_size = content_length(request);
  auto bytes = deps.store.begin_upload(limits);
  const TimeUs now = deps.clock.now_us();
  model::Image image = deps.db.write([&](WriteTx& tx) {
    model::Image own = get_own_image(tx, request);
    if (own.disk_format.empty() || own.container_format.empty())
      throw Error(ErrorKind::invalid,
                  "Properties disk_format, container_format must be set prior to saving data.");
    if (!store::images::advance(tx, own.id, ImageStatus::queued, ImageStatus::saving, now))
      throw Error(ErrorKind::conflict, std::string("Image status transition from ") +
                                           name_of(own.status) + " to saving is not allowed");
    return own;
  });
  return std::make_unique<ImageUpload>(deps, std::move(image), std::move(bytes));
}

/// GET /v2/images/{id}/file
Response download(ImageDeps& deps, const Request& request) {
  const auto image = deps.db.read([&](ReadTx& tx) { return get_image(tx, request); });
  if (image.status != ImageStatus::active) return http::empty_response(204);
  auto file = std::make_shared<http::FileBody>();
  file->fd = deps.store.open(image.digest);
  file->size = image.size;
  Response response;
  response.content_type = "application/octet-stream";
  response.file = std::move(file);
  response.headers.emplace_back("Content-Md5", image.checksum);
  return response;
}

}  // namespace

void add_image_data_routes(http::Router& r, ImageDeps& deps) {
  r.add("PUT", "/image/v2/images/{id}/file",
        {"upload_image",
         http::Run::pool,
         {},
         [&deps](const Request& request) { return upload(deps, request); },
         {}});
  r.get("/image/v2/images/{id}/file", "download_image", http::binder(deps)(download),
        http::Run::pool);
}

}  // namespace virga::image
