#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relay/lanes/lane_board.hpp"
#include "relay/pg/connection.hpp"
#include "relay/store/claim.hpp"

namespace relay::store::outbox {

/// How much one claim may take, and what its transaction may wait for.
struct ClaimLimits {
  bool ordered = true;                 ///< By key; see claim_events.
  int batch_size = 500;                ///< Events per claim, all lanes together.
  std::int64_t payload_max_bytes = 0;  ///< A larger payload does not travel.
  std::int64_t batch_max_bytes = 0;    ///< Of payloads and headers; one event always fits.
  pg::Limits transaction = pg::long_beside_batches;
};

/// The lanes that a transaction got hold of, and how much may be read of each.
struct HeldLanes {
  std::vector<int> lanes;
  std::vector<std::int64_t> floors;  ///< Of the tickets, side by side with the lanes.
  int per_lane = 1;                  ///< Events.
  std::int64_t bytes_per_lane = 0;

  [[nodiscard]] std::size_t place_of(int lane) const;
};

/// Opens a transaction with its limits and locks what is free of the tickets' lanes. One round
/// trip.
/// Ordered: whole lanes for this transaction alone; else shared, against changes of the listeners
/// only. @param drainer whose lanes; "": the first pass's.
/// @param reads one entry per ticket is added, `held` or not.
[[nodiscard]] HeldLanes lock_lanes(pg::Connection& connection, const ClaimLimits& limits,
                                   const std::string& drainer,
                                   const std::vector<lanes::LaneTicket>& tickets,
                                   std::vector<LaneRead>& reads);

/// The entry of a lane, which must be there.
[[nodiscard]] LaneRead& read_of(std::vector<LaneRead>& reads, int lane);

}  // namespace relay::store::outbox
