#include "relay/operate/dead/dead_letters.hpp"

#include <map>
#include <set>

#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/text/printable.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

}  // namespace

DeadLetters find_dead(pg::Connection& connection, const DeadFilter& filter) {
  check(filter);
  if (!filter.projection.empty()) require_listener(connection, filter.projection);
  DeadLetters letters;
  letters.filter = filter;
  letters.last_place = read_bounded(connection, sql::delivery_place_now, {})[0][0].c_str();
  std::vector<std::string> values = values_of(filter);
  values.push_back(letters.last_place);
  std::set<std::string> unordered;
  std::set<std::string> stopped;
  for (const auto& row : read_bounded(connection, sql::dead_lanes, values)) {
    letters.lanes.push_back({row[0].as<int>(), row[1].c_str(), row[2].as<std::int64_t>()});
    letters.number += letters.lanes.back().number;
    if (std::string{row[3].c_str()} == "skip") unordered.insert(row[1].c_str());
    if (std::string{row[4].c_str()} != "active") stopped.insert(row[1].c_str());
  }
  letters.unordered.assign(unordered.begin(), unordered.end());
  letters.stopped.assign(stopped.begin(), stopped.end());
  return letters;
}

std::string in_words(const DeadLetters& letters) {
  std::map<std::string, std::int64_t> numbers;
  for (const SweptLane& lane : letters.lanes) numbers[lane.listener] += lane.number;
  std::string text =
      std::to_string(letters.number) + (letters.number == 1 ? " dead letter: " : " dead letters: ");
  bool first = true;
  for (const auto& [listener, number] : numbers) {
    text += (first ? "" : ", ") + printable(listener) + " " + std::to_string(number);
    first = false;
  }
  return text + ".\n";
}

pqxx::result next_chunk(pg::Connection& connection, const DeadLetters& letters,
                        const HeldLane& lane) {
  std::vector<std::string> values = values_of(letters.filter);
  values.insert(values.end(), {letters.last_place, std::to_string(lane.lane), lane.listener,
                               std::to_string(chunk_size)});
  return pg::Script{connection}.add(sql::dead_chosen, values).run();
}

}  // namespace relay::operate
