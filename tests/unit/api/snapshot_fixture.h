// SPDX-License-Identifier: Apache-2.0
// A cloud whose host delivers images of its instances.
#pragma once

#include "api/agent-link/agent_link.h"
#include "api/agent-link/host_records.h"
#include "db/model/instance_status.h"
#include "db/store/hosts.h"
#include "db/store/image_lists.h"
#include "db/store/instance_snapshots.h"
#include "image-service/image_store.h"
#include "tests/unit/api/cloud_fixture.h"
#include "tests/unit/image-service/hostile_images.h"

namespace virga::test {

class SnapshotTest : public CloudTest {
 protected:
  SnapshotTest() {
    link_.add_routes(agents_);
    for (const char* id : {"h1", "h2"}) {
      add_host(id, 1 << 20);
      db_.write(
          [&](WriteTx& tx) { store::hosts::set_certificate(tx, id, std::string("cert-") + id); });
    }
    add_network();
    id_ = created();
    report(model::PowerState::running);
  }
  ~SnapshotTest() override { link_.stop(); }

  Reply act(const std::string& action, const json::value& argument = nullptr,
            const std::string& user = "ann") {
    return as(user, "POST", "/servers/" + id_ + "/action", json::object{{action, argument}});
  }
  /// What the host of the instance sees of it.
  void report(model::PowerState power, const std::vector<model::ObservedSnapshot>& images = {}) {
    const auto i = instance(id_);
    model::ObservedHost o;
    o.vcpus = 16;
    o.memory_mib = 1 << 20;
    o.disk_gib = 4000;
    const bool absent = power == model::PowerState::absent;
    o.instances = {{id_, i.generation, absent ? 0 : i.run_epoch, absent ? 0 : i.disks.number, power,
                    false, "", "", false, 0, 0}};
    o.snapshots = images;
    db_.write([&](WriteTx& tx) {
      agent_link::record_observed(tx, i.host_id, o, clock_.now_us(),
                                  link_deps_.snapshots.offload_after_s);
    });
  }
  model::DesiredHost desired(const std::string& host) {
    return db_.read([&](ReadTx& tx) { return agent_link::compile_desired(tx, host, "nova"); });
  }
  std::optional<model::Image> image(const std::string& id) {
    return db_.read([&](ReadTx& tx) { return store::images::find(tx, id); });
  }
  std::string task() { return std::string(model::derive_status(instance(id_)).task_state); }
  std::string status() { return std::string(model::derive_status(instance(id_)).status); }
  /// The id of the image that is on its way.
  std::string on_its_way() {
    const auto row =
        db_.read([&](ReadTx& tx) { return store::instance_snapshots::find_of_instance(tx, id_); });
    return row ? row->image_id : "";
  }
  /// A host sends bytes.  @return the status of the answer
  int deliver(const std::string& image_id, const std::string& host = "h1",
              const std::string& bytes = images::valid_qcow2()) {
    http::Request request;
    request.method = "PUT";
    request.path = "/agent/v1/snapshots/" + image_id;
    request.certificate_sha256 = "cert-" + host;
    request.headers = {{"content-length", std::to_string(bytes.size())}};
    http::Response refusal;
    const auto match = agents_.route(request, refusal);
    if (match.route == nullptr) return refusal.status;
    return agents_
        .guarded(match, request,
                 [&] {
                   const auto upload = match.route->upload(request);
                   upload->write(bytes);
                   return upload->finish();
                 })
        .status;
  }

  std::unique_ptr<images::ImageStore> images_ =
      images::make_directory_image_store(dir_.path("images"));
  agent_link::LinkDeps link_deps_{db_, clock_, *images_, agent_link::make_authority("test")};
  agent_link::AgentLink link_{link_deps_};
  agent_link::HostAuthorizer host_authorizer_{db_};
  http::Router agents_{host_authorizer_};
  std::string id_;
};

}  // namespace virga::test
