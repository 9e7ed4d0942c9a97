#pragma once

#include "relay/engine/pass_failure.hpp"

namespace relay::engine {

/// What a failed pass asks for.
enum class Action {
  nothing,          ///< The lanes come again as they are.
  reconnect,        ///< … in another session.
  leave_to_others,  ///< … once there is a session, or taken by a worker that has one.
  reconnect_count,  ///< … and it is counted how often connections die of that call.
  pause_listener,   ///< The listener that stopped; its events wait as deliveries.
  send_apart,       ///< The lanes come again, a listener's SQL and the batch's end apart.
  again,            ///< The same again, soon: a conflict with another session.
  one_by_one,       ///< The lanes come again with one event to a transaction, to find the one.
  quarantine,       ///< The blamed event was alone: it counts as a failed try.
  examine,          ///< Whether the relay's own statements work at all; then `after_statement`.
  blame_event,      ///< The relay's statements work, but not over this one event.
  rest,             ///< No event is known to be at fault: an operator must look.
};

/// What it says of the database as something that may be down.
enum class Database { unknown, answers, down };

struct Decision {
  Action action = Action::nothing;
  Database database = Database::unknown;
};

/// How the pass went whose failure is decided on.
struct Situation {
  bool single = false;    ///< It had one event to a transaction.
  bool stopping = false;  ///< The relay is to end: statements are cancelled, and nothing counts.
};

/// Pure, as are the others.
[[nodiscard]] Decision decide(const PassFailure& failure, const Situation& situation);

/// A transaction that died as a whole comes again one event at a time; a blamed event that was
/// alone already is the culprit. Also asked when conflicts do not end.
[[nodiscard]] Action narrow(const PassFailure& failure, bool single);

/// After a statement of the relay's own has failed. @param read whether any event had been read.
/// @param work whether a batch's end over no event at all comes through.
/// @param lone whether one event was all that was read.
[[nodiscard]] Action after_statement(bool read, bool work, bool lone);

/// After a listener's call that lost its connection. Once is the network's doing. Twice at the same
/// place may be the event's: it comes alone, and only if connections die of it alone, while others
/// can be made, it is counted. @param times so often by now, at the same place.
/// @return `quarantine` only if a connection can be made.
[[nodiscard]] Action after_loss(int times, bool single);

/// Whether so many conflicts in a row ask for `narrow`.
[[nodiscard]] bool conflicts_want_care(int in_a_row);

}  // namespace relay::engine
