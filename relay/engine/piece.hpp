#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/claim/lane_board.hpp"
#include "relay/claim/reach.hpp"
#include "relay/pg/connection.hpp"

namespace relay::engine {

/// What one look read of an index: a stretch of each lane, as far as a reach let it.
struct Piece {
  std::vector<claim::LaneTicket> lanes;  ///< As they were asked, with their tops.
  bool in_part = false;                  ///< Some lane was not read to its end.
  pqxx::result rows;
};

/// Reads these lanes. @param before what goes ahead in the same message.
/// @param statement takes `values`, then lanes, floors and tops, side by side.
/// @param last number that is known to be handed out.
/// @return nothing when it was cut off; the next one reads less.
/// @throws pqxx::failure and kin, also when looks are cut off again and again.
[[nodiscard]] std::optional<Piece> read_piece(pg::Script before, claim::Reach& reach,
                                              std::vector<claim::LaneTicket> lanes,
                                              std::int64_t last, std::string_view statement,
                                              std::vector<std::string> values = {});

}  // namespace relay::engine
