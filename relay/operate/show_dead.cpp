#include "relay/operate/show_dead.hpp"

#include "relay/operate/dead_filter.hpp"
#include "relay/operate/listeners.hpp"
#include "relay/operate/printable.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/snapshot.hpp"
#include "relay/operate/usage_error.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

constexpr std::int64_t payload_characters = 65'536;

std::string line(const std::string& name, const std::string& value) {
  return name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + value + "\n";
}

std::string cell(const pqxx::row& row, int column, const std::string& otherwise = "-") {
  return row[column].is_null() ? otherwise : printable(row[column].c_str());
}

std::string event_text(const pqxx::row& row, const std::string& event) {
  std::string text = line("event", printable(event)) + line("type", cell(row, 0));
  const std::string type = cell(row, 1);
  text += line("key", row[2].is_null() ? "none: it is kept in no order"
                                       : (type.empty() ? "" : type + "/") + cell(row, 2));
  text += line("seq", cell(row, 3)) + line("published", cell(row, 5));
  if (!row[4].is_null()) text += line("addressed", "only to " + cell(row, 4));
  text += line("headers", cell(row, 6, "none"));
  text += "payload\n" + printable(row[7].c_str(), true) + "\n";
  const auto characters = row[8].as<std::int64_t>();
  if (characters > payload_characters) {
    text += "… " + std::to_string(characters - payload_characters) +
            " more characters: SELECT serialized_event FROM event_publication WHERE id = '" +
            printable(event) + "'\n";
  }
  return text;
}

std::string delivery_text(const pqxx::row& row) {
  std::string text = "\n" + cell(row, 0) + ": " + cell(row, 1) + ", " + cell(row, 2) +
                     " counted failure" + (row[2].as<int>() == 1 ? "" : "s");
  if (!row[5].is_null()) text += ", first at " + cell(row, 5);
  if (std::string{row[1].c_str()} == "retrying" && !row[6].is_null())
    text += ", due " + cell(row, 6);
  text += "\n";
  if (*row[4].c_str() != '\0') text += "  " + cell(row, 3) + ": " + cell(row, 4) + "\n";
  const auto behind = row[7].as<std::int64_t>();
  if (behind > 0) {
    text += "  waiting behind it: " +
            (behind >= count_limit ? std::to_string(count_limit - 1) + " or more"
                                   : std::to_string(behind)) +
            ", the first of them " + row[8].c_str() + "\n";
  }
  return text;
}

std::string attempts_text(const pqxx::result& rows) {
  std::string text;
  std::string listener;
  for (const auto& row : rows) {
    if (listener != row[0].c_str()) text += "\nfailures of " + cell(row, 0) + "\n";
    listener = row[0].c_str();
    text += "  " + cell(row, 1) + "  " + cell(row, 2) + "  " + cell(row, 3) + "  " + cell(row, 4) +
            "\n";
  }
  return text;
}

}  // namespace

std::string show_dead(pg::Connection& connection, const std::string& event,
                      const std::string& projection) {
  check({.events = {event}});
  if (!projection.empty()) require_listener(connection, projection);
  const auto found =
      read_bounded(connection, sql::dead_show_event, {event, std::to_string(payload_characters)});
  const auto deliveries = read_bounded(connection, sql::dead_show_deliveries, {event, projection});
  const auto attempts = read_bounded(connection, sql::dead_show_attempts, {event, projection});
  if (found.empty() && deliveries.empty() && attempts.empty()) {
    throw UsageError{"there is no event " + printable(event) +
                     " in this database, and no failure of one; \"freshet dead list\" shows what "
                     "is dead"};
  }
  std::string text = found.empty() ? "The event itself is gone from event_publication.\n"
                                   : event_text(found[0], event);
  for (const auto& row : deliveries) text += delivery_text(row);
  if (deliveries.empty()) {
    text += std::string{"\nNothing is owed of it"} +
            (projection.empty() ? "" : " to " + printable(projection)) + " any more.\n";
  }
  return text + attempts_text(attempts);
}

}  // namespace relay::operate
