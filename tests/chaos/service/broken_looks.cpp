#include "tests/chaos/service/broken_looks.hpp"

#include <algorithm>
#include <limits>

#include "projections/failpoint.hpp"
#include "tests/support/store_decorator.hpp"

namespace chaos::service {
namespace {

using projections::sabotaged;
using relay::lanes::LaneTicket;
using relay::store::Look;
using relay::store::ScoutSession;
using relay::store::Standing;
using relay::store::Start;
using tests::ScoutSessionDecorator;

/// Nobody reads below the cursor.
class FollowsCursor final : public ScoutSessionDecorator {
 public:
  FollowsCursor(std::unique_ptr<ScoutSession> real, std::shared_ptr<Cursor> cursor)
      : ScoutSessionDecorator(std::move(real)), cursor_(std::move(cursor)) {}

  Start start(int lanes) override {
    cursor_->forget();
    return ScoutSessionDecorator::start(lanes);
  }
  Standing start_without_floors() override {
    cursor_->forget();
    return ScoutSessionDecorator::start_without_floors();
  }
  Look look(const std::vector<LaneTicket>& where, std::chrono::milliseconds patience) override {
    Look look = ScoutSessionDecorator::look(cursor_->above(where), patience);
    for (std::size_t at = 0; at < where.size(); ++at) look.lanes.at(at).from = where[at].floor;
    return look;
  }

 private:
  std::shared_ptr<Cursor> cursor_;
};

/// A sweep would heal, after a while, what floors lose that rise too far: it sees nothing. It reads
/// from the lowest number there is, where a look reads from a floor.
class SweepsInVain : public ScoutSessionDecorator {
 public:
  using ScoutSessionDecorator::ScoutSessionDecorator;
  Look look(const std::vector<LaneTicket>& where, std::chrono::milliseconds patience) override {
    Look look = ScoutSessionDecorator::look(where, patience);
    if (!std::ranges::all_of(where, begins_at_the_start)) return look;
    for (relay::lanes::LaneProbe& lane : look.lanes) lane.lowest.reset();
    return look;
  }

 private:
  static bool begins_at_the_start(const LaneTicket& ticket) {
    return ticket.floor == std::numeric_limits<std::int64_t>::min();
  }
};

/// Floors rise past who has drawn a number and not committed it.
class SeesNoWriter final : public SweepsInVain {
 public:
  using SweepsInVain::SweepsInVain;
  std::set<std::string> open_writers() override { return {}; }
};

/// … and who has no transaction id yet.
class SeesTransactionIds final : public SweepsInVain {
 public:
  using SweepsInVain::SweepsInVain;
  std::set<std::string> open_writers() override {
    std::set<std::string> writers;
    (void)rehearse([&](projections::Tx& tx) {
      for (const auto& row : tx.exec_unchecked("SELECT virtualtransaction FROM pg_locks "
                                               "WHERE locktype = 'transactionid' AND granted")) {
        writers.insert(row[0].c_str());
      }
      return true;
    });
    return writers;
  }
};

}  // namespace

std::unique_ptr<ScoutSession> with_broken_looks(std::unique_ptr<ScoutSession> session,
                                                const std::shared_ptr<Cursor>& cursor) {
  if (sabotaged("floor_passes_open_writer")) {
    return std::make_unique<SeesNoWriter>(std::move(session));
  }
  if (sabotaged("floor_by_xmin")) {
    return std::make_unique<SeesTransactionIds>(std::move(session));
  }
  if (sabotaged("cursor_instead_of_state")) {
    return std::make_unique<FollowsCursor>(std::move(session), cursor);
  }
  return session;
}

}  // namespace chaos::service
