#include "tests/chaos/service/broken_claims.hpp"

#include <algorithm>

#include "projections/failpoint.hpp"
#include "tests/support/broken_rules.hpp"
#include "tests/support/store_decorator.hpp"

namespace chaos::service {
namespace {

using projections::sabotaged;
using relay::deliveries::LaneKey;
using relay::lanes::LaneTicket;
using relay::store::BatchEnd;
using relay::store::Claim;
using relay::store::DeliveryQueue;
using relay::store::LaneRead;
using relay::store::Payloads;
using relay::store::WorkerSession;
using tests::WorkerSessionDecorator;
using HeldByListener = std::map<std::string, projections::HeldKeys>;

/// Lanes are let go as soon as they are read.
class KeepsNoLane final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  Claim claim_events(const std::vector<LaneTicket>& tickets, Payloads payloads) override {
    Claim claim = WorkerSessionDecorator::claim_events(tickets, payloads);
    tx().exec_unchecked("COMMIT; BEGIN");
    return claim;
  }
};

/// What is in a lane is known from before it was locked.
class ReadsBeforeItLocks final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  Claim claim_events(const std::vector<LaneTicket>& tickets, Payloads payloads) override {
    Claim before = WorkerSessionDecorator::claim_events(tickets, payloads);
    (void)rollback();
    Claim locked = WorkerSessionDecorator::claim_events(tickets, payloads);
    return std::ranges::any_of(locked.lanes, &LaneRead::held) ? std::move(before)
                                                              : std::move(locked);
  }
};

/// An event is complete before anybody has applied it.
class CompletesEarly final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  Claim claim_events(const std::vector<LaneTicket>& tickets, Payloads payloads) override {
    Claim claim = WorkerSessionDecorator::claim_events(tickets, payloads);
    ids_.clear();
    for (const auto& row : claim.events.rows) ids_.emplace_back(row.id);
    return claim;
  }
  std::unique_ptr<relay::store::TimeLimit> within(std::chrono::milliseconds time) override {
    if (!ids_.empty()) {
      WorkerSessionDecorator::end({.complete = std::exchange(ids_, {})});
      tx().exec_unchecked("BEGIN");
    }
    return WorkerSessionDecorator::within(time);
  }

 private:
  std::vector<std::string> ids_;
};

/// Where a lane was read up to stands for what is complete.
class FollowsCursor final : public WorkerSessionDecorator {
 public:
  FollowsCursor(std::unique_ptr<WorkerSession> real, std::shared_ptr<Cursor> cursor)
      : WorkerSessionDecorator(std::move(real)), cursor_(std::move(cursor)) {}

  Claim claim_events(const std::vector<LaneTicket>& tickets, Payloads payloads) override {
    Claim claim = WorkerSessionDecorator::claim_events(cursor_->above(tickets), payloads);
    read_ = claim.lanes;
    return claim;
  }
  std::int64_t end(const BatchEnd& end) override {
    const std::int64_t now = WorkerSessionDecorator::end(end);
    if (!end.settlement && end.complete.size() + end.park.size() == events_in(read_)) {
      for (const LaneRead& lane : read_) {
        if (lane.events > 0) cursor_->pass(lane.lane, lane.last);
      }
    }
    return now;
  }

 private:
  static std::size_t events_in(const std::vector<LaneRead>& lanes) {
    std::size_t events = 0;
    for (const LaneRead& lane : lanes) events += lane.events;
    return events;
  }

  std::shared_ptr<Cursor> cursor_;
  std::vector<LaneRead> read_;  // by the batch under way
};

class HoldsNobody final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  HeldByListener held_keys(const std::set<LaneKey>& /*keys*/) override { return {}; }
};

class HoldsWhateverIsFirst final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  HeldByListener held_keys(const std::set<LaneKey>& keys) override {
    HeldByListener held = WorkerSessionDecorator::held_keys(keys);
    tests::hold_whatever_is_first(held, keys);
    return held;
  }
};

/// A delivery never knows what is open before it.
class SeesNoGap final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  Claim claim_deliveries(const DeliveryQueue& queue,
                         const std::vector<LaneTicket>& tickets) override {
    Claim claim = WorkerSessionDecorator::claim_deliveries(queue, tickets);
    for (auto& [id, taken] : claim.taken) taken.before_seq.reset();
    return claim;
  }
};

template <class Session>
std::unique_ptr<WorkerSession> in_a(std::unique_ptr<WorkerSession> session) {
  return std::make_unique<Session>(std::move(session));
}

}  // namespace

std::unique_ptr<WorkerSession> with_broken_claims(std::unique_ptr<WorkerSession> session,
                                                  const std::shared_ptr<Cursor>& cursor) {
  if (sabotaged("no_lane_lock")) return in_a<KeepsNoLane>(std::move(session));
  if (sabotaged("lanes_read_before_locked")) return in_a<ReadsBeforeItLocks>(std::move(session));
  if (sabotaged("complete_before_apply")) return in_a<CompletesEarly>(std::move(session));
  if (sabotaged("waiting_not_held")) return in_a<HoldsNobody>(std::move(session));
  if (sabotaged("held_regardless_of_seq")) return in_a<HoldsWhateverIsFirst>(std::move(session));
  if (sabotaged("retry_out_of_order")) return in_a<SeesNoGap>(std::move(session));
  if (sabotaged("cursor_instead_of_state")) {
    return std::make_unique<FollowsCursor>(std::move(session), cursor);
  }
  return session;
}

}  // namespace chaos::service
