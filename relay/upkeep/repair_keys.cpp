#include <map>
#include <utility>

#include "relay/upkeep/repair.hpp"
#include "relay/upkeep/walk.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

namespace sql = schema::statements;

constexpr int keys_at_once = 500;

/// Deliveries that wait although nothing holds them: nobody would ever come for them.
class RepairKeys final : public Chore {
 public:
  [[nodiscard]] std::string name() const override { return "keys that nobody wakes"; }

  Next step(pg::Connection& connection) override {
    const auto began = Walk::Clock::now();
    const auto rows =
        pg::Script{connection}
            .add(sql::begin)
            .add(sql::limits, {"1000", "10000", "15000"})
            .add(sql::upkeep_plan)
            .add(sql::upkeep_find_stuck, {std::to_string(last_.lane), last_.key, last_.listener,
                                          std::to_string(keys_at_once)})
            .run();
    connection.exec("COMMIT");
    const Found found = read_found(rows);
    last_ = found.last.value_or(Wrong{});
    if (!found.last) last_.lane = -1;
    for (const auto& [where, wrong] : by_lane(found.wrong)) mend(connection, where, wrong);
    return walk_.after(Walk::Clock::now() - began, found.last.has_value());
  }

 private:
  static void mend(pg::Connection& connection, const LaneOf& where,
                   const std::vector<Wrong>& wrong) {
    std::int64_t woken = 0;
    const bool held =
        in_lane(connection, where.first, where.second, [&](const std::string& on_dead) {
          woken = promote(connection, where.first, where.second, keys_of(wrong), on_dead);
          if (woken > 0) note_repair(connection, "waiting", woken, ids_of(wrong));
        });
    if (!held || woken == 0) return;
    say_repair("deliveries that waited although nothing held them", where.second, woken,
               ids_of(wrong));
  }

  Walk walk_;
  Wrong last_{.lane = -1};
};

}  // namespace

std::unique_ptr<Chore> repair_keys() {
  return std::make_unique<RepairKeys>();
}

}  // namespace relay::upkeep
