#include "projections/array_literal.hpp"
#include "relay/upkeep/repair.hpp"
#include "relay/upkeep/walk.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

namespace sql = schema::statements;

constexpr int deliveries_at_once = 1'000;
constexpr const char* before_all = "00000000-0000-0000-0000-000000000000";

class RepairOrphans final : public Chore {
 public:
  [[nodiscard]] std::string name() const override { return "deliveries without an event"; }

  Next step(pg::Connection& connection) override {
    const auto began = Walk::Clock::now();
    const auto rows = look_of(connection)
                          .add(sql::upkeep_find_orphans,
                               {last_.event_id, last_.listener, std::to_string(deliveries_at_once)})
                          .run();
    const Found found = read_found(rows);
    last_ = found.last.value_or(Wrong{.event_id = before_all});
    mend_each(connection, found.wrong, mend);
    return walk_.after(Walk::Clock::now() - began, found.last.has_value());
  }

 private:
  // Asked again under the lane's lock, with row security off: rows that a policy hides are an error
  // and not gone.
  static void mend(pg::Connection& connection, const LaneOf& where,
                   const std::vector<Wrong>& wrong) {
    std::vector<std::string> gone;
    const auto& lane = where.first;
    const auto& listener = where.second;
    const bool held = in_lane(connection, lane, listener, [&] {
      std::vector<std::string> keys;
      const std::string ids = projections::array_literal(ids_of(wrong));
      for (const auto& row : connection.exec(sql::upkeep_delete_orphans, lane, listener, ids)) {
        gone.emplace_back(row[0].c_str());
        keys.emplace_back(row[1].c_str());
      }
      if (gone.empty()) return;
      promote(connection, lane, listener, keys);
      note_repair(connection, "orphaned", static_cast<std::int64_t>(gone.size()), gone);
    });
    if (!held || gone.empty()) return;
    say_repair("deliveries whose event is not in the outbox any more, by removing them", listener,
               static_cast<std::int64_t>(gone.size()), gone);
  }

  Walk walk_;
  Wrong last_{.event_id = before_all};
};

}  // namespace

std::unique_ptr<Chore> repair_orphans() {
  return std::make_unique<RepairOrphans>();
}

}  // namespace relay::upkeep
