#include "relay/operate/dead/discard_dead.hpp"

#include "projections/failpoint.hpp"
#include "relay/operate/locks/settle.hpp"
#include "relay/operate/usage_error.hpp"

namespace relay::operate {

Discarded discard_dead(pg::Connection& connection, const DeadLetters& letters,
                       const std::string& reason, const Progress& progress) {
  if (reason.find_first_not_of(" \t\n") == std::string::npos) {
    throw UsageError{
        "--reason must say why these events may be given up; it is kept in "
        "operator_log"};
  }
  const LogEntry entry{.command = "dead discard",
                       .listener = letters.filter.projection,
                       .reason = reason,
                       .detail = in_words(letters.filter)};
  const auto discard = [&](const HeldLane& lane) {
    const Chosen chosen = chosen_from(next_chunk(connection, letters, lane));
    projections::failpoint("discard_chosen");
    const int gone = settle(connection, lane, chosen);
    promote(connection, lane, chosen);
    return gone;
  };
  return {sweep(connection, letters.lanes, entry, discard, progress)};
}

}  // namespace relay::operate
