#include "relay/engine/floor_store.hpp"

#include <map>

#include "projections/failure.hpp"
#include "schema/statements.hpp"

namespace relay::engine {
namespace {

namespace sql = schema::statements;

pg::Script bounded(pg::Connection& connection) {
  pg::Script script{connection};
  script.add(sql::limits, {"1000", "5000", "5000"});
  return script;
}

// What asks for another connection is not ours to bear.
void say(Trouble& trouble, const std::string& what) {
  const projections::Failure why = projections::current_failure();
  if (why.kind == projections::FailureKind::connection) throw;
  trouble.begin("floors", what + ": " + why.message +
                              "; a relay that starts beside a long snapshot is slow at first");
}

}  // namespace

FloorStore::Known FloorStore::load(pg::Connection& connection, int lanes) {
  kept_.clear();
  connection.exec(sql::mark_server_run);
  try {
    const pqxx::result rows = bounded(connection).add(sql::kept_floors).run();
    const std::string server = rows[0][1].c_str();
    Known known{.server_run = rows[0][0].c_str(), .last_seq = rows[0][2].as<std::int64_t>()};
    known.last_place = rows[0][3].as<std::int64_t>();
    std::map<std::string, claim::KeptFloors> all;
    for (const auto& row : rows) {
      if (row[7].is_null()) continue;
      claim::KeptFloors& kept = all[row[4].c_str()];
      kept.server = row[5].c_str();
      kept.last = row[6].as<std::int64_t>();
      kept.floors.push_back(row[7].as<std::int64_t>());
    }
    for (const auto& [listener, kept] : all) {
      const std::int64_t last = listener.empty() ? known.last_seq : known.last_place;
      known.floors[listener] = claim::floors_that_hold(kept, server, last, lanes);
    }
    return known;
  } catch (...) {
    say(trouble_, "cannot read the floors that are kept");
  }
  return {.server_run = connection.exec(sql::server_run)[0][0].c_str(),
          .last_seq = connection.exec(sql::replay_last_seq)[0][0].as<std::int64_t>()};
}

// In one transaction, in the order of their names, as another relay does.
void FloorStore::keep(pg::Connection& connection, const claim::Floors& floors,
                      const std::string& server_run) {
  kept_at_ = Clock::now();
  pg::Script script = bounded(connection);
  bool any = false;
  for (const auto& [listener, learned] : floors) {
    const auto kept = kept_.find(listener);
    if (kept != kept_.end() && kept->second == learned) continue;
    script.add(sql::keep_floors, {listener, pg::number_array(learned), server_run});
    any = true;
  }
  if (!any) return;
  try {
    script.run();
    kept_ = floors;
    trouble_.end("floors");
  } catch (...) {
    say(trouble_, "cannot keep the floors of the lanes");
  }
}

void FloorStore::replace() {
  kept_at_ = {};
  kept_.clear();
}

}  // namespace relay::engine
