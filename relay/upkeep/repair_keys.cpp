#include "projections/array_literal.hpp"
#include "relay/upkeep/repair.hpp"
#include "relay/upkeep/walk.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

namespace sql = schema::statements;

constexpr int keys_at_once = 500;

/// Deliveries that wait although nothing holds them: no worker would ever take them.
class RepairKeys final : public Chore {
 public:
  [[nodiscard]] std::string name() const override { return "keys that nobody wakes"; }

  Next step(pg::Connection& connection) override {
    const auto began = Walk::Clock::now();
    const auto rows =
        look_of(connection)
            .add(sql::upkeep_find_stuck, {std::to_string(last_.lane), last_.key, last_.listener,
                                          std::to_string(keys_at_once)})
            .run();
    const Found found = read_found(rows);
    last_ = found.last.value_or(Wrong{});
    if (!found.last) last_.lane = -1;
    mend_each(connection, found.wrong, mend);
    return walk_.after(Walk::Clock::now() - began, found.last.has_value());
  }

 private:
  // A batch of the lane may have seen to some of them since the look: only what is still wrong
  // under its lock counts as a repair.
  static void mend(pg::Connection& connection, const LaneOf& where,
                   const std::vector<Wrong>& wrong) {
    const auto& lane = where.first;
    const auto& listener = where.second;
    std::vector<std::string> stuck;
    std::int64_t woken = 0;
    const bool held = in_lane(connection, lane, listener, [&] {
      std::vector<std::string> keys;
      for (const auto& row : connection.exec(sql::upkeep_still_stuck, lane, listener,
                                             projections::array_literal(keys_of(wrong)))) {
        keys.emplace_back(row[0].c_str());
        stuck.emplace_back(row[1].c_str());
      }
      if (stuck.empty()) return;
      woken = promote(connection, lane, listener, keys);
      note_repair(connection, "waiting", woken, stuck);
    });
    if (!held || stuck.empty()) return;
    say_repair("deliveries that waited although nothing held them", listener, woken, stuck);
  }

  Walk walk_;
  Wrong last_{.lane = -1};
};

}  // namespace

std::unique_ptr<Chore> repair_keys() {
  return std::make_unique<RepairKeys>();
}

}  // namespace relay::upkeep
