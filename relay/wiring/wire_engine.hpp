#pragma once

#include <memory>

#include "projections/registry.hpp"
#include "relay/engine/engine.hpp"
#include "relay/settings/settings.hpp"

namespace relay::wiring {

/// Builds the engine of one database out of the rooms' real parts, and starts it.
/// @param registry borrowed; must outlive the engine.
[[nodiscard]] std::unique_ptr<engine::Engine> start_engine(const settings::Settings& settings,
                                                           const settings::Database& database,
                                                           const projections::Registry& registry,
                                                           bool drain);

/// What all relays of a database must have alike, as `freshet_setting` stores it.
[[nodiscard]] std::map<std::string, std::string> agreed_settings(const settings::Relay& relay);

}  // namespace relay::wiring
