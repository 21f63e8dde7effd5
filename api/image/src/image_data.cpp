// SPDX-License-Identifier: Apache-2.0
// The bytes of images: streamed in with inspection, streamed out from the stores.
#include <algorithm>
#include <charconv>

#include "api/http/bind.h"
#include "api/http/reader_body.h"
#include "api/image/src/byte_range.h"
#include "api/image/src/image_access.h"
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

/// One upload, into a store or to where it waits for its import. Until finish() succeeded, its end
/// makes the image `queued` again (the client went away) or `killed` (the bytes were refused).
class ImageUpload final : public http::Upload {
 public:
  /// @param store_id empty: the data is staged
  ImageUpload(ImageDeps& deps, model::Image image, std::string store_id,
              std::unique_ptr<images::Upload> bytes)
      : deps_(deps),
        image_(std::move(image)),
        store_id_(std::move(store_id)),
        bytes_(std::move(bytes)) {}

  ~ImageUpload() override {
    if (settled_) return;
    bytes_.reset();
    try {
      requeue("");
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
      stored = staged() ? bytes_->commit(std::nullopt) : bytes_->commit(image_.disk_format);
    } catch (const Error& e) {
      refuse(e);
    }
    const bool done = deps_.db.write([&](WriteTx& tx) { return record(tx, stored); });
    settled_ = true;
    if (!done)  // its bytes go when nothing else refers to them
      return error_page(410, "Image " + image_.id +
                                 " could not be found after upload. The image may have been "
                                 "deleted during the upload.");
    log::info(staged() ? "image staged" : "image active",
              {{"image", image_.id}, {"digest", stored.digest}});
    return http::empty_response(204);
  }

 private:
  bool staged() const { return store_id_.empty(); }

  bool record(WriteTx& tx, const images::StoredImage& stored) {
    const TimeUs now = deps_.clock.now_us();
    if (staged()) return store::images::stage(tx, image_.id, stored.digest, stored.size, now);
    const bool wide = deps_.settings.hash_algorithm == "sha512";
    return store::images::activate(tx, image_.id,
                                   {stored.size,
                                    stored.inspection.virtual_size,
                                    stored.digest,
                                    stored.checksum,
                                    deps_.settings.hash_algorithm,
                                    wide ? stored.sha512 : stored.digest,
                                    stored.inspection.unbootable,
                                    {store_id_}},
                                   now);
  }

  void requeue(const std::string& reason) {
    settled_ = true;
    deps_.db.write(
        [&](WriteTx& tx) { store::images::requeue(tx, image_.id, reason, deps_.clock.now_us()); });
  }

  /// Bad bytes kill the image; trouble of ours, or too many of them, leave it queued.
  [[noreturn]] void refuse(const Error& e) {
    if (e.kind() == ErrorKind::invalid && !staged()) {
      settled_ = true;
      deps_.db.write([&](WriteTx& tx) {
        store::images::refuse(tx, image_.id, ImageStatus::killed, e.what(), deps_.clock.now_us());
      });
    } else {
      requeue(e.what());
    }
    throw e;
  }

  ImageDeps& deps_;
  model::Image image_;
  std::string store_id_;
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

images::UploadLimits limits_of(const ImageDeps& deps, const Request& request) {
  images::UploadLimits limits;
  limits.max_bytes = deps.settings.max_image_bytes;
  limits.expected_size = content_length(request);
  limits.sha512 = deps.settings.hash_algorithm == "sha512";
  limits.md5 = deps.settings.md5_checksum || request.header("x-virga-image-checksum") == "md5";
  return limits;
}

void require_bytes(const Request& request) {
  if (request.header("content-type") != "application/octet-stream")
    throw Error(ErrorKind::unsupported,
                "Invalid content type " + std::string(request.header("content-type")));
}

void require_formats(const model::Image& image) {
  std::string missing;
  if (image.disk_format.empty()) missing = "disk_format";
  if (image.container_format.empty())
    missing += std::string(missing.empty() ? "" : ", ") + "container_format";
  if (missing.empty()) return;
  const bool two = missing.find(',') != std::string::npos;
  throw Error(ErrorKind::invalid,
              (two ? "Properties " : "Property ") + missing + " must be set prior to saving data.");
}

/// queued -> `to`, within the quotas.
void begin(WriteTx& tx, const ImageDeps& deps, const model::Image& image, ImageStatus to) {
  if (!store::images::advance(tx, image.id, ImageStatus::queued, to, deps.clock.now_us()))
    throw Error(ErrorKind::conflict, std::string("Image status transition from ") +
                                         name_of(image.status) + " to " + name_of(to) +
                                         " is not allowed");
  require_quota(tx, deps, image.owner, "image_count_uploading");
}

/// PUT /v2/images/{id}/file
std::unique_ptr<http::Upload> upload(ImageDeps& deps, const Request& request) {
  require_bytes(request);
  std::string store_id(request.header("x-image-meta-store"));
  if (store_id.empty()) store_id = deps.stores.default_id();
  if (!deps.stores.has(store_id))
    throw Error(ErrorKind::invalid, "Unknown scheme '" + store_id + "' found in URI");
  auto bytes = deps.stores.named(store_id).begin_upload(limits_of(deps, request));
  model::Image image = deps.db.write([&](WriteTx& tx) {
    model::Image own = get_image_for_policy(tx, request);
    require_quota(tx, deps, request.who().project_id, "image_size_total");
    require_formats(own);
    begin(tx, deps, own, ImageStatus::saving);
    return own;
  });
  return std::make_unique<ImageUpload>(deps, std::move(image), store_id, std::move(bytes));
}

/// PUT /v2/images/{id}/stage
std::unique_ptr<http::Upload> stage(ImageDeps& deps, const Request& request) {
  const auto& methods = deps.settings.import_methods;
  if (std::find(methods.begin(), methods.end(), "glance-direct") == methods.end())
    throw Error(ErrorKind::not_found, "'glance-direct' method is not available at this site.");
  require_bytes(request);
  auto bytes = deps.stores.staging().begin_upload(limits_of(deps, request));
  model::Image image = deps.db.write([&](WriteTx& tx) {
    model::Image own = get_image_for_policy(tx, request);
    require_quota(tx, deps, request.who().project_id, "image_stage_total");
    begin(tx, deps, own, ImageStatus::uploading);
    return own;
  });
  return std::make_unique<ImageUpload>(deps, std::move(image), "", std::move(bytes));
}

Response range_refusal(std::int64_t size) {
  Response refusal = error_page(416, "Invalid Range header.");
  refusal.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
  return refusal;
}

/// GET /v2/images/{id}/file
Response download(ImageDeps& deps, const Request& request) {
  const auto image = deps.db.read([&](ReadTx& tx) { return get_image_for_policy(tx, request); });
  if (image.status == ImageStatus::deactivated && !request.who().is_admin())
    throw Error(ErrorKind::forbidden,
                "The requested image has been deactivated. Image data download is forbidden.");
  if (image.status != ImageStatus::active && image.status != ImageStatus::deactivated)
    return http::empty_response(204);
  Response response;
  response.content_type = "application/octet-stream";
  response.file = http::body_of(deps.stores.open(image.digest));
  response.headers.emplace_back("Accept-Ranges", "bytes");
  if (const auto header = request.header("range"); !header.empty()) {
    const auto range = parse_byte_range(header, image.size);
    if (!range) return range_refusal(image.size);
    response.status = 206;
    response.file->offset = range->first;
    response.file->size = range->last - range->first + 1;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                       std::to_string(range->last) + "/" +
                                                       std::to_string(image.size));
  }
  if (!image.checksum.empty()) response.headers.emplace_back("Content-Md5", image.checksum);
  return response;
}

}  // namespace

void add_image_data_routes(http::Router& r, ImageDeps& deps) {
  http::Route put;
  put.policy = "upload_image";
  put.upload = [&deps](const Request& request) { return upload(deps, request); };
  r.add("PUT", "/image/v2/images/{id}/file", std::move(put));
  http::Route staged;
  staged.policy = "modify_image";
  staged.upload = [&deps](const Request& request) { return stage(deps, request); };
  r.add("PUT", "/image/v2/images/{id}/stage", std::move(staged));
  r.get("/image/v2/images/{id}/file", "download_image", http::binder(deps)(download),
        http::Run::pool);
}

}  // namespace virga::image
