#include "relay/upkeep/purge.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/upkeep/stride.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds again_after = 1h;
constexpr int sweep_share = 20;  // sweeps' time is a twentieth of all, at most

class PurgeChore final : public Chore {
 public:
  PurgeChore(Purge purge, std::function<std::int64_t()> work)
      : purge_(std::move(purge)), work_(std::move(work)) {}

  [[nodiscard]] std::string name() const override { return "purge of " + purge_.name; }

  Next step(pg::Connection& connection) override {
    if (page_ < 0) {
      if (const auto wait = find_position(connection); wait > 0ms) return {wait};
      const std::int64_t page = std::exchange(page_, -1);
      now_ = begun(connection, purge_);
      page_ = page;
    }
    const auto began = Clock::now();
    const std::int64_t end = page_ + stride_.pages();
    Purged purged;
    try {
      purged = purge_pages(connection, now_, page_, end, true);
    } catch (...) {
      return after_failure(connection, end);
    }
    const bool over = end >= purged.pages;
    pg::Script{connection}
        .add(sql::upkeep_note_sweep,
             {purge_.name, std::to_string(end), std::to_string(purged.pages),
              std::to_string(purged.rows), over ? "true" : "false"})
        .add("COMMIT")
        .run();
    const auto took = std::chrono::ceil<Stride::Time>(Clock::now() - began);
    return after_step(connection, took, purged, end, over);
  }

 private:
  Next after_step(pg::Connection& connection, Stride::Time took, const Purged& purged,
                  std::int64_t end, bool over) {
    busy_for_ += took;
    removed_ += purged.rows;
    page_ = over ? -1 : end;
    const Pace pace = stride_.pace(done_meanwhile(connection), purged.rows);
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(stride_.after(took, pace));
    if (!over) return {rest, true};
    if (removed_ > 0) {
      log::info("purged what was kept long enough",
                {{"what", purge_.name}, {"rows", std::to_string(removed_)}});
    }
    removed_ = 0;
    left_out_ = 0;
    const auto again = std::max(again_after, std::chrono::ceil<std::chrono::milliseconds>(
                                                 std::exchange(busy_for_, 0us) * sweep_share));
    over_until_ = Clock::now() + again;
    return {again};
  }

  // Of another relay, or before a restart. @return how long it has still to wait for its turn.
  std::chrono::milliseconds find_position(pg::Connection& connection) {
    page_ = 0;
    if (over_until_ > Clock::time_point{}) return 0ms;  // it was this one: its wait is over
    const auto rows = connection.exec(sql::upkeep_sweep_position, purge_.name);
    if (rows.empty()) return 0ms;
    if (rows[0][1].is_null()) {
      page_ = rows[0][0].as<std::int64_t>();
      return 0ms;
    }
    const auto over = std::chrono::seconds{rows[0][1].as<std::int64_t>()};
    if (over >= again_after || over < 0ms) return 0ms;  // below 0: the clock was wrong then
    page_ = -1;
    return again_after - over;
  }

  // By publishers and relays, since the last step.
  std::int64_t done_meanwhile(pg::Connection& connection) {
    const auto now = connection.exec(sql::upkeep_activity)[0][0].as<std::int64_t>() + work_();
    return std::max<std::int64_t>(0, now - std::exchange(activity_, now).value_or(now));
  }

  // A lock of another session, a foreign key of the user's, a server that is too slow: with ever
  // fewer pages the one is found that does not pass, and left to the next sweep.
  Next after_failure(pg::Connection& connection, std::int64_t end) {
    const projections::Failure why = projections::current_failure();
    if (!passes_by(why) || !connection.rollback()) throw;
    const bool locked = why.kind == projections::FailureKind::conflict;
    if (end - page_ == 1) {
      if (left_out_++ == 0) {
        log::warn("purge leaves rows to the next sweep: " + why.message, {{"what", purge_.name}});
      }
      page_ = end;
    }
    return {std::chrono::ceil<std::chrono::milliseconds>(stride_.after_failure(locked)), true};
  }

  Purge purge_;
  Purge now_;  ///< With what this sweep's beginning added to it.
  std::function<std::int64_t()> work_;
  Stride stride_;
  std::int64_t page_ = -1;  ///< Where to go on; below 0: not known.
  Stride::Time busy_for_{0};
  Clock::time_point over_until_{};
  std::int64_t removed_ = 0;
  std::optional<std::int64_t> activity_;
  std::int64_t left_out_ = 0;  ///< Pages, in this sweep.
};

}  // namespace

std::unique_ptr<Chore> purge_chore(Purge purge, std::function<std::int64_t()> work) {
  return std::make_unique<PurgeChore>(std::move(purge), std::move(work));
}

}  // namespace relay::upkeep
