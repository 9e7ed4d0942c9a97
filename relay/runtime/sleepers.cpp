#include "relay/runtime/sleepers.hpp"

#include "relay/runtime/server_watch.hpp"

namespace relay::runtime {

Sleepers::Sleepers(Pool& pool, SleepOptions options) : pool_(pool), options_(options) {}

Sleepers::~Sleepers() = default;

void Sleepers::sleep(const std::string& server, const std::string& role, const std::string& name,
                     std::shared_ptr<store::Store> store, flow::Bell& bell) {
  const std::lock_guard lock{mutex_};
  auto& watch = watches_[server];
  if (!watch) watch = std::make_unique<ServerWatch>(pool_, server, role);
  watch->add(name, role, std::move(store), bell);
}

void Sleepers::wake(const std::string& server, flow::Bell& bell) {
  const std::lock_guard lock{mutex_};
  const auto watch = watches_.find(server);
  if (watch != watches_.end()) watch->second->remove(bell);
}

}  // namespace relay::runtime
