#include "relay/upkeep/purge_pages.hpp"

#include <algorithm>

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {

namespace sql = schema::statements;

std::vector<Purge> purges_of(const Keep& keep) {
  std::vector<Purge> purges;
  const auto add = [&](const char* name, const char* table, std::string_view statement, int days) {
    if (days > 0) purges.push_back({name, table, statement, {std::to_string(days)}});
  };
  add("completed events", "event_publication", sql::purge_completed, keep.completed);
  if (keep.guards > 0 || keep.business_guards > 0) {
    purges.push_back({"guards",
                      "processed_events",
                      sql::purge_guards,
                      {std::to_string(keep.guards), std::to_string(keep.business_guards),
                       projections::array_literal(keep.guarded_by_id)}});
  }
  add("archived events", "event_publication_archive", sql::purge_archive, keep.archive);
  add("attempts", "event_attempt", sql::purge_attempts, keep.attempts);
  add("freshness", "projection_freshness", sql::purge_freshness, keep.freshness);
  add("operator log", "operator_log", sql::purge_operator_log, keep.operator_log);
  return purges;
}

std::string place_of_page(std::int64_t page) {
  return "(" + std::to_string(std::min<std::int64_t>(page, UINT32_MAX - 1)) + ",0)";
}

Purged purge_pages(pg::Connection& connection, const Purge& purge, std::int64_t first,
                   std::int64_t end, bool really) {
  std::vector<std::string> values{place_of_page(first), place_of_page(end),
                                  really ? "true" : "false"};
  values.insert(values.end(), purge.values.begin(), purge.values.end());
  const auto rows = pg::Script{connection}
                        .add(sql::begin)
                        .add(sql::limits, {"100", "10000", "15000"})
                        .add(sql::upkeep_plan)
                        .add(purge.statement, values)
                        .run();
  return {rows[0][0].as<std::int64_t>(), rows[0][1].as<std::int64_t>()};
}

}  // namespace relay::upkeep
