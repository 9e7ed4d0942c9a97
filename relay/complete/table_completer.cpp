#include "relay/complete/table_completer.hpp"

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::complete {
namespace {

// By the primary key, whatever the statistics say. One round trip.
void run_by_index(pg::Connection& connection, std::string_view sql,
                  const std::vector<std::string>& ids) {
  if (ids.empty()) return;
  pg::Script{connection}
      .add(schema::statements::plan_by_index)
      .add(sql, {projections::array_literal(ids)})
      .run();
}

}  // namespace

void TableCompleter::complete(pg::Connection& connection,
                              const std::vector<std::string>& ids) const {
  run_by_index(connection, complete_sql_, ids);
}

void TableCompleter::park(pg::Connection& connection, const std::vector<std::string>& ids) const {
  run_by_index(connection, schema::statements::park_events, ids);
}

}  // namespace relay::complete
