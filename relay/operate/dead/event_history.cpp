#include "relay/operate/dead/event_history.hpp"

#include <algorithm>
#include <sstream>

#include "relay/operate/dead/dead_filter.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/text/printable.hpp"
#include "relay/operate/usage_error.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

constexpr std::int64_t payload_characters = 65'536;

EventHistory::Event event_of(const pqxx::row& row) {
  // A payload that is NULL has no length.
  const auto characters = row[8].is_null() ? 0 : row[8].as<std::int64_t>();
  return {.type = text_or_null(row, 0),
          .aggregate_type = row[1].c_str(),
          .aggregate_id = text_or_null(row, 2),
          .seq = row[3].as<std::int64_t>(),
          .addressed_to = text_or_null(row, 4),
          .published = text_or_null(row, 5),
          .headers = text_or_null(row, 6),
          .payload = text_or_null(row, 7),
          .payload_characters_left = std::max<std::int64_t>(0, characters - payload_characters)};
}

EventHistory::Delivery delivery_of(const pqxx::row& row) {
  EventHistory::Delivery delivery{.listener = row[0].c_str(),
                                  .state = row[1].c_str(),
                                  .failures = row[2].as<int>(),
                                  .error_class = row[3].c_str(),
                                  .error = row[4].c_str(),
                                  .first_failed_at = text_or_null(row, 5),
                                  .due_at = text_or_null(row, 6),
                                  .waiting_behind = row[7].as<std::int64_t>()};
  std::istringstream ids{row[8].c_str()};
  for (std::string id; ids >> id;) delivery.first_behind.push_back(id);
  return delivery;
}

}  // namespace

EventHistory event_history(pg::Connection& connection, const std::string& event,
                           const std::string& projection) {
  check({.events = {event}});
  if (!projection.empty()) require_listener(connection, projection);
  EventHistory history{.id = event};
  for (const auto& row : read_bounded(connection, sql::dead_show_event,
                                      {event, std::to_string(payload_characters)})) {
    history.event = event_of(row);
  }
  for (const auto& row : read_bounded(connection, sql::dead_show_deliveries, {event, projection})) {
    history.deliveries.push_back(delivery_of(row));
  }
  for (const auto& row : read_bounded(connection, sql::dead_show_attempts, {event, projection})) {
    history.attempts.push_back({.listener = row[0].c_str(),
                                .number = row[1].as<int>(),
                                .at = row[2].c_str(),
                                .error_class = text_or_null(row, 3),
                                .error = text_or_null(row, 4)});
  }
  if (!history.event && history.deliveries.empty() && history.attempts.empty()) {
    throw NotHere{"there is no event " + printable(event) +
                  " in this database, and no failure of one; \"freshet dead list\" shows what "
                  "is dead"};
  }
  return history;
}

}  // namespace relay::operate
