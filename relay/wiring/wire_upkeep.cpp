#include "relay/wiring/wire_upkeep.hpp"

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/upkeep/air.hpp"
#include "relay/upkeep/purge.hpp"
#include "relay/upkeep/repair.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {
namespace {

constexpr std::chrono::seconds repair_time{5};  // for each kind; a running relay has all day

}  // namespace

upkeep::Keep keep_of(const Blueprint& blueprint, const settings::Database& database) {
  const settings::Retention& days = database.retention;
  upkeep::Keep keep{.completed = days.completed_days,
                    .guards = days.guards_days,
                    .business_guards = days.business_guards_days,
                    .archive = days.archive_days,
                    .attempts = days.attempts_days,
                    .freshness = days.freshness_days,
                    .operator_log = days.operator_log_days,
                    .guarded_by_id = {}};
  for (const projections::Projection& projection : blueprint.registry.all()) {
    if (!projection.options.guard.empty()) continue;
    if (runs_in(database, projection.options.name)) {
      keep.guarded_by_id.push_back(projection.options.name);
    }
  }
  return keep;
}

std::shared_ptr<upkeep::Upkeep> upkeep_of(const Blueprint& blueprint,
                                          const settings::Database& database,
                                          const engine::Engine& engine, pg::Watchdog& watchdog) {
  const auto work = [&engine] { return engine.events_done(); };
  upkeep::Chores chores;
  chores.push_back(upkeep::repair_keys());
  chores.push_back(upkeep::repair_orphans());
  chores.push_back(upkeep::repair_parked());
  for (upkeep::Purge& purge : upkeep::purges_of(keep_of(blueprint, database))) {
    chores.push_back(upkeep::purge_chore(std::move(purge), work));
  }
  chores.push_back(upkeep::watch_air());
  return std::make_shared<upkeep::Upkeep>(
      upkeep::UpkeepOptions{.database = database.name,
                            .conninfo = database.url,
                            .instance = blueprint.settings.relay.instance,
                            .call_limit = settings::client_limit(database),
                            .connect_timeout = database.connect_timeout,
                            .watchdog = &watchdog,
                            .slow = slow_statements(database)},
      std::move(chores));
}

void repair_before_drain(const Blueprint& blueprint) {
  for (const settings::Database& database : blueprint.settings.databases) {
    try {
      pg::Connection connection{
          database.url, {.application_name = "freshet upkeep", .slow = slow_statements(database)}};
      upkeep::repair_once(connection, repair_time);
    } catch (const std::exception&) {
      log::warn("no repairs before the drain: " + projections::current_failure().message,
                {{"database", database.name}});
    }
  }
}

}  // namespace relay::wiring
