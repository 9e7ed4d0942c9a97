#include "relay/operate/read_bounded.hpp"

#include "schema/statements.hpp"

namespace relay::operate {

pqxx::result read_bounded(pg::Connection& connection, std::string_view statement,
                          const std::vector<std::string>& values, bool by_index) {
  pg::Script script{connection};
  script.limit(pg::of_a_command);
  if (by_index) script.add(schema::statements::plan_by_index);
  return script.add(statement, values).run();
}

std::optional<std::string> text_or_null(const pqxx::row& row, int column) {
  if (row[column].is_null()) return std::nullopt;
  return row[column].c_str();
}

}  // namespace relay::operate
