#include "relay/complete/table_completer.hpp"

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::complete {
namespace {

// By the primary key, whatever the statistics say.
void add_by_index(pg::Script& script, std::string_view sql, const std::vector<std::string>& ids) {
  if (ids.empty()) return;
  script.add(schema::statements::plan_by_index).add(sql, {projections::array_literal(ids)});
}

}  // namespace

void TableCompleter::complete(pg::Script& script, const std::vector<std::string>& ids) const {
  add_by_index(script, complete_sql_, ids);
}

void TableCompleter::park(pg::Script& script, const std::vector<std::string>& ids) const {
  add_by_index(script, schema::statements::park_events, ids);
}

}  // namespace relay::complete
