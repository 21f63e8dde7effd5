// SPDX-License-Identifier: Apache-2.0
#include "api/console-proxy/src/open_consoles.h"

#include "common/error.h"
#include "common/log.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/users.h"

namespace virga::console_proxy {

void OpenConsoles::add(const OpenConsole& console) {
  const std::scoped_lock lock(mutex_);
  std::size_t of_instance = 0;
  std::size_t of_project = 0;
  for (const auto& [id, other] : consoles_) {
    if (other.token.instance_id == console.token.instance_id) ++of_instance;
    if (other.project_id == console.project_id) ++of_project;
  }
  if (of_instance >= settings_.per_instance || of_project >= settings_.per_project ||
      consoles_.size() >= settings_.in_all)
    throw Error(ErrorKind::conflict, "Too many consoles are open.");
  consoles_.emplace(console.session_id, console);
}

std::shared_ptr<Relay> OpenConsoles::join(const std::string& session_id,
                                          const std::string& host_id) {
  const std::scoped_lock lock(mutex_);
  const auto it = consoles_.find(session_id);
  if (it == consoles_.end() || it->second.host_id != host_id || it->second.joined)
    throw Error(ErrorKind::not_found, "This host was not asked for such a console.");
  it->second.joined = true;
  return it->second.relay;
}

void OpenConsoles::remove(const std::string& session_id) noexcept {
  const std::scoped_lock lock(mutex_);
  consoles_.erase(session_id);
}

void OpenConsoles::fail(const std::string& host_id, const std::string& session_id,
                        const std::string& why) {
  std::shared_ptr<Relay> relay;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = consoles_.find(session_id);
    if (it == consoles_.end() || it->second.host_id != host_id) return;
    relay = it->second.relay;
    log::warning("a host could not open a console",
                 {{"instance", it->second.token.instance_id}, {"error", why}});
  }
  relay->end();
}

void OpenConsoles::end_unless(const std::function<bool(const OpenConsole&)>& may_go_on) {
  std::vector<OpenConsole> all;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, console] : consoles_) all.push_back(console);
  }
  for (const auto& console : all)
    if (!may_go_on(console)) console.relay->end();  // its session removes it
}

std::size_t OpenConsoles::count() const {
  const std::scoped_lock lock(mutex_);
  return consoles_.size();
}

bool is_permitted(store::ReadTx& tx, const model::ConsoleToken& token,
                  const model::Instance& instance) {
  if (instance.wish == model::PowerWish::absent) return false;
  const auto user = store::users::find(tx, token.user_id);
  if (!user || !user->enabled) return false;
  if (token.project_id.empty()) return true;
  const auto project = store::projects::find(tx, token.project_id);
  return project && project->enabled &&
         !store::grants::list_roles(tx, user->id, model::TargetKind::project, project->id).empty();
}

}  // namespace virga::console_proxy
