#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "relay/operate/locks/under_lane.hpp"
#include "relay/operate/operator_log.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// How many deliveries a command changes in one transaction, at most.
inline constexpr int chunk_size = 1'000;

/// Where there is something to do, and about how much.
struct SweptLane {
  int lane = 0;
  std::string listener;
  std::int64_t number = 0;
};

/// Told after each transaction: how many deliveries are done, of about how many.
using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Changes at most `chunk_size` deliveries of a lane that is held. @return how many; fewer than
/// that: the lane is done.
using ChangeChunk = std::function<int(const HeldLane&)>;

/// Works through lanes in bounded transactions, each of which also counts in the operator's log:
/// what it says was done was committed, also when the command is cut off. Nothing done, no entry.
/// @param log_id an entry that is there already, to be counted on; 0: none.
/// @return how many deliveries were changed. @throws as `under_lane`.
std::int64_t sweep(pg::Connection& connection, const std::vector<SweptLane>& lanes,
                   const LogEntry& entry, const ChangeChunk& change, const Progress& progress,
                   std::int64_t log_id = 0);

}  // namespace relay::operate
