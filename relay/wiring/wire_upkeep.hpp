#pragma once

#include <memory>

#include "relay/engine/engine.hpp"
#include "relay/pg/watchdog.hpp"
#include "relay/upkeep/purge_pages.hpp"
#include "relay/upkeep/upkeep.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// What the settings keep of a database, and for how long.
[[nodiscard]] upkeep::Keep keep_of(const Blueprint& blueprint, const settings::Database& database);

/// The upkeep of one database beside its engine: repairs, purges, the look at what is mostly air.
/// @param engine, watchdog outlive it.
[[nodiscard]] std::shared_ptr<upkeep::Upkeep> upkeep_of(const Blueprint& blueprint,
                                                        const settings::Database& database,
                                                        const engine::Engine& engine,
                                                        pg::Watchdog& watchdog);

/// The repairs, once, before a drain: what no worker would take is drained too. A database that
/// does not answer is named in the log, and the drain says the rest.
void repair_before_drain(const Blueprint& blueprint);

}  // namespace relay::wiring
