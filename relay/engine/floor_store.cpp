#include "relay/engine/floor_store.hpp"

#include "projections/failure.hpp"
#include "relay/claim/kept_floors.hpp"
#include "schema/statements.hpp"

namespace relay::engine {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;

constexpr auto keep_every = 5s;

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
  try {
    const pqxx::result rows = bounded(connection).add(sql::kept_floors).run();
    Known known{.server_run = rows[0][0].c_str(), .last_seq = rows[0][2].as<std::int64_t>()};
    claim::KeptFloors kept;
    for (const auto& row : rows) {
      if (row[5].is_null()) continue;
      kept.server = row[3].c_str();
      kept.last_seq = row[4].as<std::int64_t>();
      kept.floors.push_back(row[5].as<std::int64_t>());
    }
    known.floors = claim::floors_that_hold(kept, rows[0][1].c_str(), known.last_seq, lanes);
    return known;
  } catch (...) {
    say(trouble_, "cannot read the floors that are kept");
  }
  return {.server_run = connection.exec(sql::server_run)[0][0].c_str(),
          .last_seq = connection.exec(sql::replay_last_seq)[0][0].as<std::int64_t>()};
}

void FloorStore::keep(pg::Connection& connection, const std::vector<std::int64_t>& floors,
                      const std::string& server_run) {
  const auto now = Clock::now();
  if (now - kept_at_ < keep_every || floors == kept_) return;
  kept_at_ = now;
  try {
    bounded(connection).add(sql::keep_floors, {pg::number_array(floors), server_run}).run();
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
