#include "relay/operate/blocked_keys.hpp"

#include "relay/operate/listeners.hpp"
#include "relay/operate/printable.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/text_table.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

std::string text_of(const pqxx::row& row, int column) {
  return row[column].is_null() ? "-" : printable(row[column].c_str());
}

}  // namespace

std::string blocked_keys(pg::Connection& connection, const std::string& projection, int limit) {
  if (!projection.empty()) require_listener(connection, projection);
  const auto rows =
      read_bounded(connection, sql::blocked_keys, {projection, std::to_string(limit)}, true);
  if (rows.empty()) return "No key waits.\n";
  std::vector<std::vector<std::string>> cells = {
      {"projection", "key", "waiting", "since", "behind event", "state", "class", "error"}};
  for (const auto& row : rows) {
    cells.push_back({text_of(row, 0), shown_key(row[1].c_str()), text_of(row, 2), text_of(row, 7),
                     text_of(row, 3), text_of(row, 4), text_of(row, 5), text_of(row, 6)});
  }
  const auto more = rows[0][8].as<std::int64_t>() - static_cast<std::int64_t>(rows.size());
  return text_table(cells) +
         (more > 0 ? "… and " + std::to_string(more) + " more keys; --limit shows them.\n" : "");
}

}  // namespace relay::operate
