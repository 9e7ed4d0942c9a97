#pragma once

#include <string>

#include "relay/engine/parts.hpp"
#include "relay/listeners/duty.hpp"

namespace relay::engine {

/// Whether the listener of that name can take anything now. Never waits. Threads: any.
[[nodiscard]] bool available(const Parts& parts, const std::string& listener);

/// Whether all that the first pass serves can: they share its transactions.
[[nodiscard]] bool first_pass_available(const Parts& parts, const listeners::Duty& duty);

}  // namespace relay::engine
