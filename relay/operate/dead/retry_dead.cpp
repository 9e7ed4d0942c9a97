#include "relay/operate/dead/retry_dead.hpp"

#include "projections/array_literal.hpp"
#include "relay/operate/locks/settle.hpp"
#include "schema/statements.hpp"

namespace relay::operate {

Retried retry_dead(pg::Connection& connection, const DeadLetters& letters,
                   const Progress& progress) {
  const LogEntry entry{.command = "dead retry",
                       .listener = letters.filter.projection,
                       .detail = letters.filter.empty() ? "--all" : in_words(letters.filter)};
  const auto retry = [&](const HeldLane& lane) {
    const Chosen chosen = chosen_from(next_chunk(connection, letters, lane));
    if (chosen.events.empty()) return 0;
    const auto changed = connection.exec(schema::statements::operator_retry, lane.lane,
                                         lane.listener, projections::array_literal(chosen.events));
    promote(connection, lane, chosen);
    return static_cast<int>(changed.affected_rows());
  };
  return {sweep(connection, letters.lanes, entry, retry, progress)};
}

}  // namespace relay::operate
