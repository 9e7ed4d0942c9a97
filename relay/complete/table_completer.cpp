#include "relay/complete/table_completer.hpp"

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::complete {
namespace {

void add(pg::Script& script, std::string_view sql, const std::vector<std::string>& ids) {
  if (!ids.empty()) script.add(sql, {projections::array_literal(ids)});
}

}  // namespace

void TableCompleter::complete(pg::Script& script, const std::vector<std::string>& ids) const {
  add(script, complete_sql_, ids);
}

void TableCompleter::park(pg::Script& script, const std::vector<std::string>& ids) const {
  add(script, schema::statements::park_events, ids);
}

void TableCompleter::rehearse(pg::Script& script) const {
  script.add(complete_sql_, {"{}"}).add(schema::statements::park_events, {"{}"});
}

}  // namespace relay::complete
