#pragma once

#include <memory>

#include "relay/upkeep/chore.hpp"

namespace relay::upkeep {

/// Warns four times a day of indexes and tables that are mostly air, with the command that helps.
[[nodiscard]] std::unique_ptr<Chore> watch_air();

}  // namespace relay::upkeep
