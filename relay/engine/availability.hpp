#pragma once

#include <string>

#include "relay/engine/engine_parts.hpp"
#include "relay/listeners/assignment.hpp"

namespace relay::engine {

/// Whether the listener of that name can take anything now. Never waits. Threads: any.
[[nodiscard]] bool available(const EngineParts& parts, const std::string& listener);

/// Whether all that the first pass serves can: they share its transactions.
[[nodiscard]] bool first_pass_available(const EngineParts& parts,
                                        const listeners::Assignment& assignment);

}  // namespace relay::engine
