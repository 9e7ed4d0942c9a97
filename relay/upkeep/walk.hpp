#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relay/upkeep/repair.hpp"

namespace relay::upkeep {

/// When a walk takes its next step: a hundredth of the time is its own.
class Walk {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param more the walk is not through yet.
  Next after(Clock::duration took, bool more);

 private:
  Clock::duration round_{};
};

/// What a look at the deliveries found, and where to go on; without that: the end.
struct Found {
  std::vector<Wrong> wrong;
  std::optional<Wrong> last;
};
[[nodiscard]] Found read_found(const pqxx::result& rows);

using LaneOf = std::pair<int, std::string>;  ///< Lane and listener.
using Mend =
    std::function<void(pg::Connection&, const LaneOf& where, const std::vector<Wrong>& wrong)>;
/// Mends lane by lane, some deliveries in a transaction. A busy lane is left to the next walk, and
/// what fails keeps no other from being mended. @throws the first failure but for busy lanes.
void mend_each(pg::Connection& connection, const std::vector<Wrong>& wrong, const Mend& mend);
[[nodiscard]] std::vector<std::string> ids_of(const std::vector<Wrong>& wrong);
[[nodiscard]] std::vector<std::string> keys_of(const std::vector<Wrong>& wrong);

}  // namespace relay::upkeep
