#include "tests/chaos/fleet/sighting.hpp"

namespace chaos::fleet {
namespace {

std::optional<long> number_of(const Value& value) {
  if (!value) return std::nullopt;
  return std::stol(*value);
}

}  // namespace

Seen look_at(Session& db, const Tenant& tenant, bool final) {
  Seen seen{.database = tenant.name, .server = tenant.server, .final = final};
  const Rows rows = db.exec(
      "SELECT coalesce(w.event_id, e.event_id), coalesce(w.key, e.key), coalesce(w.kpos, e.kpos), "
      "(extract(epoch FROM pg_xact_commit_timestamp(w.xmin)) * 1000)::bigint, e.place, "
      "(extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000)::bigint, "
      "(extract(epoch FROM statement_timestamp()) * 1000)::bigint "
      "FROM fleet_written w FULL JOIN fleet_effect e ON e.event_id = w.event_id");
  seen.at_ms = now_ms();
  for (const auto& row : rows) {
    seen.at_ms = number_of(row[6]).value_or(0);
    seen.events.push_back({.id = row[0].value_or(""),
                           .key = row[1].value_or(""),
                           .kpos = static_cast<int>(number_of(row[2]).value_or(0)),
                           .committed_ms = number_of(row[3]),
                           .place = number_of(row[4]),
                           .effect_ms = number_of(row[5])});
  }
  return seen;
}

long open_events(Session& db) {
  return db.number(
      "SELECT count(*) FROM fleet_written w WHERE NOT EXISTS (SELECT FROM fleet_effect e WHERE "
      "e.event_id = w.event_id)");
}

}  // namespace chaos::fleet
