#pragma once

#include <chrono>
#include <stop_token>

#include "relay/base/chance.hpp"

namespace relay {

/// Waits until the time is over or a stop is asked for. @return false: stop.
bool pause_for(std::chrono::milliseconds time, const std::stop_token& stop);

/// How long to wait before try number `attempt` (from 1): `base` doubling up to `most`, of which a
/// random half to whole is taken, so that many do not come back at once.
[[nodiscard]] std::chrono::milliseconds backoff(int attempt, std::chrono::milliseconds base,
                                                std::chrono::milliseconds most,
                                                const Chance& chance = random_chance);

}  // namespace relay
