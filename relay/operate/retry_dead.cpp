#include "relay/operate/retry_dead.hpp"

#include "projections/array_literal.hpp"
#include "relay/operate/printable.hpp"
#include "relay/operate/settle.hpp"
#include "schema/statements.hpp"

namespace relay::operate {

std::string before_retrying(const DeadLetters& letters) {
  std::string text = "To retry: " + in_words(letters);
  for (const std::string& name : letters.unordered) {
    text += printable(name) +
            " skips dead letters (on_dead = \"skip\"): later events of their keys have passed, so "
            "a retry of theirs is out of order.\n";
  }
  for (const std::string& name : letters.stopped) {
    text += printable(name) + " is paused or retired: its deliveries stay ready until it runs.\n";
  }
  return text;
}

std::string retry_dead(pg::Connection& connection, const DeadLetters& letters,
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
  const std::int64_t done = sweep(connection, letters.lanes, entry, retry, progress);
  if (done == 0) return "Nothing was changed: no dead letter is left to retry.\n";
  return std::to_string(done) + (done == 1 ? " dead letter is" : " dead letters are") +
         " in the queue again, attempts counted from zero; what waits behind follows in order. "
         "\"freshet status\" shows how it goes.\n";
}

}  // namespace relay::operate
