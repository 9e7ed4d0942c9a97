#include "relay/upkeep/purge_pages.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {

namespace sql = schema::statements;
using namespace std::chrono_literals;

std::vector<Purge> purges_of(const Keep& keep) {
  std::vector<Purge> purges;
  const auto add = [&](const char* name, const char* table, std::string_view statement, int days,
                       bool replayed = false) {
    if (days > 0) purges.push_back({name, table, statement, {std::to_string(days)}, {}, replayed});
  };
  add("completed events", "event_publication", sql::purge_completed, keep.completed, true);
  if (keep.guards > 0 || keep.business_guards > 0) {
    purges.push_back(
        {"guards",
         "processed_events",
         sql::purge_guards,
         {std::to_string(keep.guards > 0 ? std::max(keep.guards, guards_least) : 0),
          std::to_string(keep.business_guards), projections::array_literal(keep.guarded_by_id)},
         sql::purge_horizon});
  }
  add("archived events", "event_publication_archive", sql::purge_archive, keep.archive, true);
  add("attempts", "event_attempt", sql::purge_attempts, keep.attempts);
  add("freshness", "projection_freshness", sql::purge_freshness, keep.freshness);
  add("relays", "relay_instance", sql::purge_relays, keep.freshness);
  add("operator log", "operator_log", sql::purge_operator_log, keep.operator_log);
  return purges;
}

Purge begun(pg::Connection& connection, Purge purge) {
  if (!purge.horizon.empty()) {
    const auto rows =
        pg::Script{connection}.begin(pg::long_beside_batches).add(purge.horizon).run();
    purge.values.emplace_back(rows[0][0].c_str());
    connection.exec("COMMIT");
  }
  return purge;
}

bool passes_by(const projections::Failure& why) {
  using Kind = projections::FailureKind;
  return why.kind == Kind::conflict || why.kind == Kind::timeout ||
         (why.kind == Kind::event && !why.sqlstate.empty());
}

bool clocks_agree(std::int64_t one_ms, std::int64_t other_ms) {
  constexpr std::int64_t day = 24LL * 3600 * 1000;
  return one_ms - other_ms < day && other_ms - one_ms < day;
}

std::string place_of_page(std::int64_t page) {
  return "(" + std::to_string(std::min<std::int64_t>(page, UINT32_MAX - 1)) + ",0)";
}

Purged purge_pages(pg::Connection& connection, const Purge& purge, std::int64_t first,
                   std::int64_t end, bool really) {
  std::vector<std::string> values{place_of_page(first), place_of_page(end),
                                  really ? "true" : "false"};
  values.insert(values.end(), purge.values.begin(), purge.values.end());
  pg::Script script{connection};
  script.begin({100ms, 10s, 15s}).add(sql::upkeep_plan);
  if (really && purge.replayed) script.add(sql::purge_hold_replays);
  const auto rows = script.add(purge.statement, values).run();
  // Asked before the commit: nothing goes by a clock that has jumped.
  const auto here = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
  if (!clocks_agree(rows[0][2].as<std::int64_t>(), here)) {
    connection.rollback();
    throw std::runtime_error{
        "the database's clock and this machine's are more than a day apart, so how old rows are "
        "cannot be trusted: nothing is purged before one of the clocks is set right"};
  }
  return {rows[0][0].as<std::int64_t>(), rows[0][1].as<std::int64_t>()};
}

}  // namespace relay::upkeep
