#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "relay/upkeep/purge_pages.hpp"
#include "relay/upkeep/upkeep.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// What the settings keep of a database, and for how long.
[[nodiscard]] upkeep::Keep keep_of(const Blueprint& blueprint, const settings::Database& database);

/// Starts the upkeep of one database beside its engine: repairs, purges, the look at what is mostly
/// air. @param work a number that moves while the engine has work; called by its thread.
[[nodiscard]] std::unique_ptr<upkeep::Upkeep> start_upkeep(const Blueprint& blueprint,
                                                           const settings::Database& database,
                                                           std::function<std::int64_t()> work);

/// The repairs, once, before a drain: what nobody would come for is drained too. A database that
/// does not answer is told in the log, and the drain says the rest.
void repair_before_drain(const Blueprint& blueprint);

}  // namespace relay::wiring
