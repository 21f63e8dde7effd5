// SPDX-License-Identifier: Apache-2.0
#include "api/controllers/src/import_step.h"

#include <algorithm>

#include "common/error.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "db/store/image_lists.h"
#include "db/store/image_tasks.h"
#include "db/store/images.h"

namespace virga::controllers {
namespace {

using model::Image;
using model::ImageStatus;
using model::ImageTask;
using store::ReadTx;
using store::WriteTx;

constexpr std::int64_t kMostAttempts = 8;
constexpr TimeUs kKeepEnded = 48LL * 3600 * kSecondUs;  // as the service keeps ended tasks

// Properties that come along with an image of another region or project.
constexpr std::string_view kTaken[] = {"hw_", "trait:", "os_distro", "os_secure_boot", "os_type"};

/// What a task was asked for.
struct Plan {
  std::string method;
  std::string uri;
  std::string source_id;
  std::string source_region;
  std::string interface;
  bool must_succeed = true;
  std::vector<std::string> stores;
};

std::string text(const json::object& object, std::string_view key, const char* fallback = "") {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : fallback;
}

Plan plan_of(const ImageTask& task) {
  const json::value input = parse_json(task.input);
  const auto& wanted = input.at("import_req").as_object();
  const auto& method = wanted.at("method").as_object();
  Plan plan{text(method, "name"),
            text(method, "uri"),
            text(method, "glance_image_id"),
            text(method, "glance_region"),
            text(method, "glance_service_interface", "public"),
            true,
            {}};
  if (const auto* must = wanted.if_contains("all_stores_must_succeed"))
    plan.must_succeed = must->as_bool();
  for (const auto& store : input.at("backend").as_array())
    plan.stores.emplace_back(store.as_string());
  return plan;
}

/// One import on its way.
class Import {
 public:
  Import(ImportDeps& deps, ImageTask task, Image image)
      : deps_(deps), task_(std::move(task)), image_(std::move(image)), plan_(plan_of(task_)) {}

  /// Takes the next phase.
  void step() {
    if (task_.phase == "fetch")
      fetch();
    else
      store();
  }

 private:
  void move_to(WriteTx& tx, const std::string& phase) {
    task_.status = "processing";
    task_.phase = phase;
    task_.updated_us = deps_.clock.now_us();
    store::image_tasks::update(tx, task_);
  }

  void fetch() {
    if (plan_.method == "web-download" && image_.staged_digest.empty())
      stage([&](images::Upload& upload) {
        deps_.fetch(
            plan_.uri, [&](std::string_view bytes) { upload.write(bytes); }, deps_.is_stopping);
      });
    else if (plan_.method == "glance-download" && image_.staged_digest.empty())
      take_from_image();
    else
      deps_.db.write([&](WriteTx& tx) { move_to(tx, "store"); });
  }

  /// Fills the staging store and records it.
  void stage(const std::function<void(images::Upload&)>& fill,
             const std::function<void(WriteTx&)>& also = {}) {
    images::UploadLimits limits;
    limits.max_bytes = deps_.max_image_bytes;
    const auto upload = deps_.stores.staging().begin_upload(limits);
    fill(*upload);
    const auto stored = upload->commit(std::nullopt);
    deps_.db.write([&](WriteTx& tx) {
      if (also) also(tx);
      store::images::stage(tx, image_.id, stored.digest, stored.size, deps_.clock.now_us());
      move_to(tx, "store");
    });
  }

  /// Another image of this cloud, which its owner may see. Other regions cannot be reached.
  void take_from_image() {
    const bool here = plan_.source_region == deps_.region &&
                      (plan_.interface == "public" || plan_.interface == "internal" ||
                       plan_.interface == "admin");
    if (!here)
      throw Error(ErrorKind::invalid,
                  plan_.interface + " glance endpoint not found for region " + plan_.source_region);
    const auto source = deps_.db.read(
        [&](ReadTx& tx) { return store::images::find_visible(tx, plan_.source_id, task_.owner); });
    if (!source || source->status != ImageStatus::active)
      throw Error(ErrorKind::invalid, "Image " + plan_.source_id + " could not be read.");
    const auto reader = deps_.stores.open(source->digest);
    stage(
        [&](images::Upload& upload) {
          images::read_all(*reader, [&](std::string_view bytes) { upload.write(bytes); });
        },
        [&](WriteTx& tx) {
          image_.disk_format = source->disk_format;
          image_.container_format = source->container_format;
          store::images::update(tx, image_);
          for (const auto& [name, value] : source->properties)
            if (std::any_of(std::begin(kTaken), std::end(kTaken),
                            [&](auto start) { return std::string_view(name).starts_with(start); }))
              store::images::set_property(tx, image_.id, name, value);
        });
  }

  void store() {
    const bool copy = plan_.method == "copy-image";
    const std::string digest = copy ? image_.digest : image_.staged_digest;
    const images::ImageStore& from =
        copy ? static_cast<const images::ImageStore&>(deps_.stores) : deps_.stores.staging();
    store::images::Uploaded facts;
    if (!copy) facts = examine(*from.open(digest), digest);
    std::string failed;
    for (const auto& name : plan_.stores) {
      try {
        copy_to(deps_.stores.named(name), from, digest);
        facts.stores.push_back(name);
      } catch (const Error& e) {
        if (plan_.must_succeed) throw;
        log::warning("image not stored",
                     {{"image", image_.id}, {"store", name}, {"error", e.what()}});
        failed += (failed.empty() ? "" : ",") + name;
      }
    }
    if (facts.stores.empty() && !copy) throw Error(ErrorKind::invalid, "No store took the image.");
    deps_.db.write([&](WriteTx& tx) { finish(tx, facts, failed, copy); });
    log::info("image imported", {{"image", image_.id}, {"task", task_.id}});
  }

  static void copy_to(images::ImageStore& to, const images::ImageStore& from,
                      const std::string& digest) {
    try {
      (void)to.open(digest);
      return;                 // an earlier try was here, or another image has the same bytes
    } catch (const Error&) {  // absent or damaged: both are mended by writing it
    }
    images::StoreSet::copy(*from.open(digest), digest, to);
  }

  /// Inspects the data and computes what the API shows of it.
  store::images::Uploaded examine(images::ImageReader& reader, const std::string& digest) const {
    const auto peek = [&](std::uint64_t offset, std::size_t size) {
      std::string bytes;
      while (bytes.size() < size) {
        const auto part =
            reader.read(static_cast<std::int64_t>(offset + bytes.size()), size - bytes.size());
        if (part.empty()) break;
        bytes += part;
      }
      return bytes;
    };
    const auto found = images::inspect_whole(peek, reader.size(), image_.disk_format);
    store::images::Uploaded facts{
        reader.size(), found.virtual_size, digest, "", deps_.hash_algorithm,
        digest,        found.unbootable,   {}};
    const bool wide = deps_.hash_algorithm == "sha512";
    if (!wide && !deps_.md5_checksum) return facts;
    Digest sha512(DigestKind::sha512);
    Digest md5(DigestKind::md5);
    images::read_all(reader, [&](std::string_view bytes) {
      if (wide) sha512.update(bytes);
      if (deps_.md5_checksum) md5.update(bytes);
    });
    if (wide) facts.hash_value = sha512.hex();
    if (deps_.md5_checksum) facts.checksum = md5.hex();
    return facts;
  }

  void finish(WriteTx& tx, const store::images::Uploaded& facts, const std::string& failed,
              bool copy) {
    const TimeUs now = deps_.clock.now_us();
    if (copy)
      for (const auto& name : facts.stores) store::images::add_location(tx, image_.id, name);
    else
      store::images::activate(tx, image_.id, facts, now);
    store::images::set_property(tx, image_.id, "os_glance_importing_to_stores", "");
    store::images::set_property(tx, image_.id, "os_glance_failed_import", failed);
    store::images::set_import_task(tx, image_.id, "");
    task_.status = "success";
    task_.phase = "done";
    task_.updated_us = now;
    task_.expires_us = now + kKeepEnded;
    task_.result = "{\"image_id\":\"" + image_.id + "\"}";
    store::image_tasks::update(tx, task_);
  }

  ImportDeps& deps_;
  ImageTask task_;
  Image image_;
  Plan plan_;
};

/// Ends a task that cannot succeed; its image may be tried again.
void fail(ImportDeps& deps, ImageTask task, const std::string& why) {
  log::warning("image import failed",
               {{"task", task.id}, {"image", task.image_id}, {"error", why}});
  deps.db.write([&](WriteTx& tx) {
    const TimeUs now = deps.clock.now_us();
    const auto image = store::images::find(tx, task.image_id);
    task.status = "failure";
    task.phase = "done";
    task.message = why;
    task.updated_us = now;
    task.expires_us = now + kKeepEnded;
    if (!store::image_tasks::update(tx, task) || !image) return;
    const auto stores = image->properties.find("os_glance_importing_to_stores");
    store::images::set_property(tx, image->id, "os_glance_failed_import",
                                stores == image->properties.end() ? "" : stores->second);
    store::images::set_property(tx, image->id, "os_glance_importing_to_stores", "");
    store::images::set_import_task(tx, image->id, "");
    store::images::requeue(tx, image->id, why, now);
  });
}

void try_later(ImportDeps& deps, ImageTask task, const std::string& why) {
  if (++task.attempt > kMostAttempts) return fail(deps, task, why);
  const TimeUs now = deps.clock.now_us();
  task.status = "processing";
  task.wake_us = now + (kSecondUs << std::min<std::int64_t>(task.attempt, 6));
  task.updated_us = now;
  deps.db.write([&](WriteTx& tx) { store::image_tasks::update(tx, task); });
  log::info("image import waits", {{"task", task.id}, {"error", why}});
}

}  // namespace

bool fetches_from_web(const ImageTask& task) {
  if (task.phase != "fetch") return false;
  try {
    return plan_of(task).method == "web-download";
  } catch (const std::exception&) {
    return false;  // step_import() says what is wrong with it
  }
}

void step_import(ImportDeps& deps, const ImageTask& task) {
  try {
    auto image = deps.db.read([&](ReadTx& tx) { return store::images::find(tx, task.image_id); });
    if (!image) return fail(deps, task, "Image " + task.image_id + " was deleted.");
    if (deps.clock.now_us() > task.deadline_us)
      return fail(deps, task, "The import did not end in time.");
    Import(deps, task, std::move(*image)).step();
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::unknown)
      try_later(deps, task, e.what());
    else
      fail(deps, task, e.what());
  } catch (const std::exception& e) {
    log::error("image import", {{"task", task.id}, {"error", e.what()}});
    fail(deps, task, "An internal error ended the import.");
  }
}

}  // namespace virga::controllers
