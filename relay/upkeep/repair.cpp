#include "relay/upkeep/repair.hpp"

#include "projections/array_literal.hpp"
#include "relay/base/log.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

namespace sql = schema::statements;

constexpr std::size_t ids_shown = 20;
constexpr int looked_at_per_key = 200;  // settling those promotes the next

std::string list(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size() && i < ids_shown; ++i) {
    text += (text.empty() ? "" : ", ") + ids[i];
  }
  return text + (ids.size() > ids_shown ? ", …" : "");
}

}  // namespace

bool in_lane(pg::Connection& connection, int lane, const std::string& listener,
             const std::function<void()>& change) {
  const auto locked = pg::Script{connection}
                          .begin(pg::beside_batches)
                          .add(sql::plan_by_index)
                          .add(sql::operator_lock_lane, {std::to_string(lane), listener})
                          .run();
  bool held = !locked.empty();
  if (held) {
    // A statement after the lock: another drainer's by now?
    const auto now = connection.exec(sql::operator_held_listener, listener);
    held = std::string{now[0][0].c_str()} == locked[0][0].c_str();
    if (held) change();
  }
  connection.exec(held ? "COMMIT" : "ROLLBACK");
  return held;
}

std::int64_t promote(pg::Connection& connection, int lane, const std::string& listener,
                     const std::vector<std::string>& keys) {
  const std::vector<int> lanes(keys.size(), lane);
  return connection
      .exec(sql::promote_waiting, listener, pg::number_array(lanes),
            projections::array_literal(keys), looked_at_per_key)[0][0]
      .as<std::int64_t>();
}

pg::Script look_of(pg::Connection& connection) {
  pg::Script script{connection};
  script.limit(pg::long_beside_batches).add(sql::upkeep_plan);
  return script;
}

void note_repair(pg::Connection& connection, const std::string& kind, std::int64_t number,
                 const std::vector<std::string>& ids) {
  connection.exec(sql::upkeep_note_repair, kind, number, list(ids));
}

void say_repair(const std::string& what, const std::string& listener, std::int64_t number,
                const std::vector<std::string>& ids) {
  log::error("repaired " + what + "; this should not happen, please report it",
             {{"listener", listener}, {"number", std::to_string(number)}, {"events", list(ids)}});
}

int repair_once(pg::Connection& connection, std::chrono::seconds time) {
  int steps = 0;
  for (const auto make : {repair_keys, repair_orphans, repair_parked}) {
    const auto chore = make();
    const auto end = std::chrono::steady_clock::now() + time;
    bool more = true;
    for (; more && std::chrono::steady_clock::now() < end; ++steps) {
      more = chore->step(connection).more;
    }
  }
  return steps;
}

}  // namespace relay::upkeep
