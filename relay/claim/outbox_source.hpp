#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "relay/claim/source.hpp"

namespace relay::claim {

/// How much one claim may take, and what its transaction may wait for.
struct ClaimLimits {
  int batch_size = 500;                ///< Events per claim, all lanes together.
  std::int64_t payload_max_bytes = 0;  ///< A larger payload does not travel.
  std::int64_t batch_max_bytes = 0;    ///< Payload bytes per claim; one event always fits.
  std::chrono::milliseconds lock_timeout{2'000};
  std::chrono::milliseconds statement_timeout{10'000};
};

/// Reads `event_publication`. Ordered: whole lanes are locked and only then read, so that one key
/// is in one hand at a time. Unordered: the events themselves are locked, stepping over held ones.
/// Two round trips. Threads: any number at once, each with a connection of its own.
class OutboxSource final : public Source {
 public:
  OutboxSource(bool ordered, const ClaimLimits& limits);
  Claim claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets) override;

  /// How many lanes one claim should ask for: enough to fill a batch, few enough to share.
  [[nodiscard]] int lanes_per_claim() const;

 private:
  std::vector<int> lock(pg::Connection& connection, const std::vector<LaneTicket>& tickets) const;

  ClaimLimits limits_;
  std::string_view lock_sql_;
  std::string read_sql_;
};

}  // namespace relay::claim
