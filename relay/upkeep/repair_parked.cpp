#include <algorithm>
#include <stdexcept>

#include "projections/array_literal.hpp"
#include "relay/upkeep/purge_pages.hpp"
#include "relay/upkeep/repair.hpp"
#include "relay/upkeep/stride.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every = 1min;
constexpr auto at_least_every = 24h;
constexpr std::size_t events_at_once = 500;

/// There is no index by which to find them: it would cost each event that is parked a write, for
/// what should never be there. So the outbox is read by its pages, slowly, and only where something
/// was parked since the last time: parking an event draws a delivery's place.
class RepairParked final : public Chore {
 public:
  [[nodiscard]] std::string name() const override { return "parked events that owe nothing"; }

  Next step(pg::Connection& connection) override {
    if (page_ == 0 && !is_wanted(connection)) return {look_every, false};
    const auto began = Clock::now();
    const std::int64_t end = page_ + stride_.pages();
    const auto rows = look_of(connection)
                          .add(sql::upkeep_find_settled, {place_of_page(page_), place_of_page(end)})
                          .run();
    std::vector<std::string> ids;
    std::int64_t pages = 0;
    for (const auto& row : rows) {
      if (!row[0].is_null()) ids.emplace_back(row[0].c_str());
      pages = std::max(pages, row[1].as<std::int64_t>());
    }
    const bool over = end >= pages;
    page_ = over ? 0 : end;  // also when the following fails: the next round comes by again
    for (std::size_t i = 0; i < ids.size(); i += events_at_once) {
      const auto from = ids.begin() + static_cast<std::ptrdiff_t>(i);
      const auto number = std::min(events_at_once, ids.size() - i);
      mend(connection, {from, from + static_cast<std::ptrdiff_t>(number)});
    }
    const auto took = std::chrono::ceil<Stride::Time>(Clock::now() - began);
    const auto rest =
        std::chrono::ceil<std::chrono::milliseconds>(stride_.after(took, Pace::alone));
    return {over ? std::max(look_every, rest) : rest, !over};
  }

 private:
  bool is_wanted(pg::Connection& connection) {
    const auto place = connection.exec(sql::upkeep_place)[0][0].as<std::int64_t>();
    const auto now = Clock::now();
    if (place == place_ && now - began_at_ < at_least_every) return false;
    place_ = place;
    began_at_ = now;
    return true;
  }

  static std::string_view completing(pg::Connection& connection) {
    const std::string mode = connection.exec(sql::upkeep_completion)[0][0].c_str();
    if (mode == "update") return sql::complete_update;
    if (mode == "delete") return sql::complete_delete;
    if (mode == "archive") return sql::complete_archive;
    throw std::runtime_error{"freshet_setting says completion = \"" + mode +
                             "\", which this program does not know"};
  }

  // The events are locked in one statement and asked about in the next, as when settling.
  static void mend(pg::Connection& connection, const std::vector<std::string>& asked) {
    pg::Script{connection}
        .begin(pg::beside_batches)
        .add(sql::plan_by_index)
        .add(sql::settle_lock_events, {projections::array_literal(asked)})
        .run();
    std::vector<std::string> ids;
    for (const auto& row :
         connection.exec(sql::settled_events, projections::array_literal(asked))) {
      ids.emplace_back(row[0].c_str());
    }
    if (ids.empty()) {
      connection.exec("ROLLBACK");
      return;
    }
    connection.exec(completing(connection), projections::array_literal(ids));
    note_repair(connection, "parked", static_cast<std::int64_t>(ids.size()), ids);
    connection.exec("COMMIT");
    say_repair("parked events that owed nothing to anybody, by completing them", "",
               static_cast<std::int64_t>(ids.size()), ids);
  }

  Stride stride_{walk_share};
  std::int64_t page_ = 0;
  std::int64_t place_ = -1;
  Clock::time_point began_at_{};
};

}  // namespace

std::unique_ptr<Chore> repair_parked() {
  return std::make_unique<RepairParked>();
}

}  // namespace relay::upkeep
