#pragma once

#include <cstdint>
#include <vector>

#include "relay/engine/pass.hpp"

namespace relay::engine {

/// Commits and reads the database's clock, in one round trip. @return the clock, microseconds.
/// @throws CommitRefused; what speaks of the connection as it came.
std::int64_t commit(pg::Connection& connection, const decode::DecodedBatch& batch,
                    const std::vector<ListenerPart>& parts);

/// Hands the lag of what was applied to the recorder.
void measure(const Parts& parts, const decode::DecodedBatch& batch,
             const std::vector<ListenerPart>& listener_parts, std::int64_t committed_us);

/// A transaction's savepoints, and half of what a statement may take to halve with them.
[[nodiscard]] projections::SavepointBudget savepoint_budget(const Parts& parts);

/// A random number, 0 … 1, of this thread.
[[nodiscard]] double chance();

}  // namespace relay::engine
