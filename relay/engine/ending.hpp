#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "relay/engine/pass.hpp"

namespace relay::engine {

/// Whether the batch has an event that must run alone. @param listeners whose suspects count.
[[nodiscard]] bool has_suspects(const decode::DecodedBatch& batch, const listeners::Duty& duty,
                                const std::set<std::string>& listeners);

/// By listener, those of the batch that came through, or were settled otherwise: suspects no more.
[[nodiscard]] std::map<std::string, std::vector<std::string>> suspects_no_more(
    const decode::DecodedBatch& batch, const listeners::Duty& duty,
    const std::vector<ListenerPart>& parts);

/// If this is about one that was condemned, it is counted now.
void note_buried(const deliveries::Delivery& entry, const Condemned& condemned, PassResult& result);

/// What came alone, should the batch be that.
[[nodiscard]] std::optional<LoneEvent> lone_of(const decode::DecodedBatch& batch);

/// Ends the batch in its store. @return the store's clock, microseconds. @throws PassFailed,
/// with whom it had applied; else what came.
std::int64_t commit(const Parts& parts, store::WorkerSession& session, store::BatchEnd& end,
                    const decode::DecodedBatch& batch,
                    const std::vector<ListenerPart>& listener_parts);

/// Hands the lag of what was applied to the recorder.
void measure(const Parts& parts, const decode::DecodedBatch& batch,
             const std::vector<ListenerPart>& listener_parts, std::int64_t committed_us);

/// A transaction's savepoints, and half of what a statement may take to halve with them.
[[nodiscard]] projections::SavepointBudget savepoint_budget(const Parts& parts);

/// A random number, 0 … 1, of this thread.
[[nodiscard]] double chance();

}  // namespace relay::engine
