#include "relay/operate/list_dead.hpp"

#include <nlohmann/json.hpp>

#include "relay/operate/printable.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/text_table.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using Json = nlohmann::ordered_json;

Json or_null(const pqxx::row& row, int column) {
  return row[column].is_null() ? Json(nullptr) : Json(row[column].c_str());
}

Json as_json(const pqxx::row& row) {
  const std::string key = row[2].c_str();
  const auto at = key.find('\x1f');
  const bool keyed = at != std::string::npos;
  return {{"event", row[0].c_str()},
          {"projection", row[1].c_str()},
          {"event_type", or_null(row, 8)},
          {"aggregate_type", keyed ? Json(key.substr(0, at)) : Json(nullptr)},
          {"aggregate_id", keyed ? Json(key.substr(at + 1)) : Json(nullptr)},
          {"seq", row[3].as<std::int64_t>()},
          {"attempts", row[4].as<int>()},
          {"error_class", row[5].c_str()},
          {"error", row[6].c_str()},
          {"first_failed_at", or_null(row, 7)}};
}

std::string in_json(const pqxx::result& rows, std::int64_t total) {
  Json dead = Json::array();
  for (const auto& row : rows) dead.push_back(as_json(row));
  return Json{{"dead", dead}, {"total", total}}.dump(2, ' ', false,
                                                     Json::error_handler_t::replace) +
         "\n";
}

std::string as_table(const pqxx::result& rows, std::int64_t total) {
  if (rows.empty()) return "There is no such dead letter.\n";
  std::vector<std::vector<std::string>> cells = {
      {"event", "projection", "type", "key", "failed at", "attempts", "class", "error"}};
  for (const auto& row : rows) {
    cells.push_back({row[0].c_str(), printable(row[1].c_str()),
                     row[8].is_null() ? "(gone)" : printable(row[8].c_str()),
                     shown_key(row[2].c_str()), row[7].is_null() ? "-" : row[7].c_str(),
                     row[4].c_str(), printable(row[5].c_str()), printable(row[6].c_str())});
  }
  const auto more = total - static_cast<std::int64_t>(rows.size());
  return text_table(cells) +
         (more > 0 ? "… and " + std::to_string(more) + " more; --limit shows them.\n" : "");
}

}  // namespace

std::string list_dead(pg::Connection& connection, const DeadFilter& filter, int limit, bool json) {
  const DeadLetters letters = find_dead(connection, filter);
  std::vector<std::string> values = values_of(filter);
  values.push_back(std::to_string(limit));
  const auto rows = read_bounded(connection, sql::dead_list, values);
  const auto total = std::max(letters.number, static_cast<std::int64_t>(rows.size()));
  return json ? in_json(rows, total) : as_table(rows, total);
}

}  // namespace relay::operate
