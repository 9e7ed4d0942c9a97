#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <pqxx/result>

#include "relay/claim/lane_board.hpp"
#include "relay/pg/connection.hpp"

namespace relay::claim {

/// What one lane gave to a claim.
struct LaneRead {
  int lane = 0;
  bool held = false;  ///< Our transaction holds the lane; false: another relay is on it.
  bool more = false;  ///< The read stopped at a limit, not at the lane's end.
  bool open_deliveries = false;
  std::size_t events = 0;
  /// Of the events read the last seq, of deliveries the last place; 0 for none.
  std::int64_t last = 0;
};

/// What a delivery brings along beside its event.
struct Taken {
  int attempts = 0;        ///< Counted failures so far.
  std::int64_t place = 0;  ///< In the drainer's queue.
  std::string key;         ///< As stored.
  /// The open seq right before it, of its key and this listener.
  std::optional<std::int64_t> before_seq = {};
};

/// Pending events, read by the transaction that now holds their lanes.
/// Columns of `rows`: those of freshet_claim (V017), and of deliveries more. Rows of a lane stand
/// together, in seq order; a row without an id stands for a lane that is held and has no event.
struct Claim {
  pqxx::result rows;
  std::vector<LaneRead> lanes;
  std::string listeners_version;  ///< Of the snapshot the rows were read in; "" without rows.
  std::unordered_map<std::string, Taken> taken;  ///< Of deliveries, by event id.
  bool any_waiting = false;  ///< Of deliveries: the listener has waiting ones, somewhere.
};

/// What comes along with the events.
enum class Payloads {
  travel,  ///< They and headers.
  stay,  ///< Nobody in the relay reads them: every listener is SQL. Empty ones travel all the same.
  stay_with_headers,  ///< … and nobody reads headers.
};

/// Takes events, or deliveries with their events, for one transaction.
class Source {
 public:
  virtual ~Source() = default;
  /// Opens a transaction on the connection, takes the lanes and reads their first pending events.
  /// The caller commits or rolls back, whatever comes of it.
  /// @throws pqxx::failure and kin; the caller rolls back then, too.
  virtual Claim claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets,
                      Payloads payloads) = 0;
};

}  // namespace relay::claim
