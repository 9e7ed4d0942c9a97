#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"
#include "relay/upkeep/chore.hpp"

namespace relay::upkeep {

/// A delivery that is not as it should be, and its place in the walk.
struct Wrong {
  std::string event_id;
  std::string listener;
  int lane = 0;
  std::string key;
};

/// A walk takes at most one in so much of the time, and begins anew when it is through and
/// `walk_every` has passed: rarely enough for a database at rest.
inline constexpr int walk_share = 100;
inline constexpr std::chrono::seconds walk_every{30};

/// Makes a key's first open delivery ready where it waits and nothing holds it.
[[nodiscard]] std::unique_ptr<Chore> repair_keys();
/// Removes deliveries whose event is gone, and wakes what waited behind them.
[[nodiscard]] std::unique_ptr<Chore> repair_orphans();
/// Completes parked events that owe nothing to anybody: reads the outbox by its pages, where
/// anything was parked since the last time, or a day has passed.
[[nodiscard]] std::unique_ptr<Chore> repair_parked();

/// All three, once through, each for so long at most. @return how many steps were made.
/// @throws pqxx::failure and kin.
int repair_once(pg::Connection& connection, std::chrono::seconds time);

/// Begins a look for what is wrong: its limits, and plans that statistics do not change.
[[nodiscard]] pg::Script look_of(pg::Connection& connection);

/// Begins a transaction that holds the lane of a listener's deliveries and calls `change`; commits.
/// @return false: the listener is not registered, or its drainer another by now; nothing was done.
/// @throws a conflict when the lane is busy: the next walk comes by again.
bool in_lane(pg::Connection& connection, int lane, const std::string& listener,
             const std::function<void()>& change);

/// Lets what waits in these keys with nothing before it that holds it go on, by the one rule
/// (`freshet_promote`). Under the lane's lock. @return how many became ready.
std::int64_t promote(pg::Connection& connection, int lane, const std::string& listener,
                     const std::vector<std::string>& keys);

/// Stores a repair for `freshet status`, in the transaction that makes it.
void note_repair(pg::Connection& connection, const std::string& kind, std::int64_t number,
                 const std::vector<std::string>& ids);
/// Says it in the log, after the commit: such a thing is a fault of ours.
void say_repair(const std::string& what, const std::string& listener, std::int64_t number,
                const std::vector<std::string>& ids);

}  // namespace relay::upkeep
