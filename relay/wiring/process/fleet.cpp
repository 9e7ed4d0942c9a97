#include "relay/wiring/process/fleet.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/settings/difference.hpp"

namespace relay::wiring {
namespace {

void tell_start(const Blueprint& blueprint, const settings::Database& database) {
  const auto here = [&](const auto& one) { return runs_in(database, one.options.name); };
  const auto projections = std::ranges::count_if(blueprint.registry.all(), here);
  const auto forwards = std::ranges::count_if(blueprint.forwards, here);
  log::info("relay started", {{"database", database.name},
                              {"workers", std::to_string(blueprint.settings.relay.workers)},
                              {"projections", std::to_string(projections)},
                              {"forwards", std::to_string(forwards)}});
}

}  // namespace

Fleet::Fleet(const SharedParts& shared, const Blueprint& blueprint, bool drain, const Unfit& unfit,
             std::vector<preflight::NamedOutbox> outboxes, Latecomers::Lend lend,
             std::function<void()> on_reached)
    : shared_(shared),
      blueprint_(blueprint),
      drain_(drain),
      wanted_(blueprint.settings.databases),
      latecomers_(blueprint, std::move(outboxes), std::move(lend), std::move(on_reached)) {
  for (const settings::Database& database : wanted_) {
    const auto one = std::make_shared<const settings::Database>(database);
    const auto why = unfit.find(database.name);
    if (why == unfit.end()) {
      serve_it(one);
    } else {
      latecomers_.ask(one, why->second);
    }
  }
}

void Fleet::want(std::vector<settings::Database> databases) {
  const settings::Difference difference = settings::difference(wanted_, databases);
  wanted_ = std::move(databases);
  for (const std::string& name : difference.end) {
    if (served_.contains(name) || to_come_.contains(name)) {
      log::info("a database is served no more", {{"database", name}});
    }
    end(name);
  }
  for (const settings::Database& database : difference.changed) {
    log::info("settings of a database have changed; it is taken anew",
              {{"database", database.name}});
    end(database.name);
    begin(database);
  }
  for (const settings::Database& database : difference.begin) begin(database);
  look();
}

void Fleet::begin(const settings::Database& database) {
  to_come_[database.name] = std::make_shared<const settings::Database>(database);
}

void Fleet::end(const std::string& name) {
  to_come_.erase(name);
  latecomers_.forget(name);
  if (served_.erase(name) > 0) shared_.runtime.leave(name, blueprint_.settings.relay.drain);
}

void Fleet::look() {
  shared_.runtime.see_off();
  std::erase_if(to_come_, [&](const auto& one) {
    if (!shared_.runtime.see_off(one.first)) return false;
    latecomers_.ask(one.second);
    return true;
  });
  for (const SharedDatabase& database : latecomers_.reached()) serve_it(database);
}

void Fleet::serve_it(const SharedDatabase& database) {
  serve(shared_, blueprint_, *database, drain_);
  served_.insert(database->name);
  tell_start(blueprint_, *database);
}

}  // namespace relay::wiring
