#pragma once

#include <vector>

#include "relay/store/claim.hpp"
#include "tests/memory_store/session.hpp"
#include "tests/memory_store/store.hpp"

namespace tests::memory {

/// As schema's freshet_claim: begins a transaction, locks lanes, and then reads.
[[nodiscard]] relay::store::Claim claim_events(Session& session, const StoreOptions& options,
                                               const std::vector<relay::lanes::LaneTicket>& tickets,
                                               relay::store::Payloads payloads);

/// As lock_lanes.sql and read_deliveries.sql.
[[nodiscard]] relay::store::Claim claim_deliveries(
    Session& session, const StoreOptions& options, const relay::store::DeliveryQueue& queue,
    const std::vector<relay::lanes::LaneTicket>& tickets);

/// Takes what is free of the lanes of the reads, which says so. @return how many are held.
int take_lanes(Session& session, bool ordered, const std::string& drainer,
               std::vector<relay::store::LaneRead>& reads);

/// How much may be read of a lane.
struct LaneLimit {
  std::size_t events = 1;
  std::int64_t bytes = 0;
  /// @param held so many lanes share it.
  LaneLimit(const StoreOptions& options, const std::vector<relay::lanes::LaneTicket>& tickets,
            int held);
};

/// Keeps what the rows of a claim look into.
using Owner = std::vector<std::shared_ptr<const Published>>;

/// Payload and headers, where there are some.
[[nodiscard]] std::int64_t counted_bytes(const Published& what);
/// All but the payload and the headers.
[[nodiscard]] relay::decode::Row row_of(const Published& what, int lane);

}  // namespace tests::memory
