#include "tests/unit/histories/broken_store.hpp"

#include "tests/support/broken_rules.hpp"
#include "tests/support/store_decorator.hpp"

namespace tests::histories {
namespace {

using namespace relay::store;

/// What the sessions of one relay share.
struct Known {
  Broken rule = Broken::nothing;
  std::string listeners_version;  ///< That the relay knows.
};

class BrokenWorkerSession final : public WorkerSessionDecorator {
 public:
  BrokenWorkerSession(std::shared_ptr<Known> known, std::unique_ptr<WorkerSession> real)
      : WorkerSessionDecorator(std::move(real)), known_(std::move(known)) {}

  Claim claim_events(const std::vector<relay::lanes::LaneTicket>& tickets,
                     Payloads payloads) override {
    return broken(WorkerSessionDecorator::claim_events(tickets, payloads));
  }
  Claim claim_deliveries(const DeliveryQueue& queue,
                         const std::vector<relay::lanes::LaneTicket>& tickets) override {
    Claim claim = broken(WorkerSessionDecorator::claim_deliveries(queue, tickets));
    if (known_->rule == Broken::held_from) {
      for (auto& [id, taken] : claim.taken) taken.before_seq.reset();
    }
    return claim;
  }
  std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<relay::deliveries::LaneKey>& keys) override {
    if (known_->rule == Broken::waiting_held) return {};
    auto held = WorkerSessionDecorator::held_keys(keys);
    if (known_->rule == Broken::earlier_holds) hold_whatever_is_first(held, keys);
    return held;
  }
  std::int64_t end(const BatchEnd& end) override {
    BatchEnd changed = end;
    const bool drain = end.settlement.has_value();
    if (known_->rule == Broken::promotion ||
        (known_->rule == Broken::waiting_by_then && drain && !any_waiting_)) {
      changed.promote.clear();
    }
    try {
      return WorkerSessionDecorator::end(changed);
    } catch (const CommitRefused&) {
      if (known_->rule == Broken::refused_commit) return 0;
      throw;
    }
  }

 private:
  Claim broken(Claim claim) {
    any_waiting_ = claim.any_waiting;
    if (known_->rule == Broken::listeners_version && !claim.empty()) {
      claim.listeners_version = known_->listeners_version;
    }
    return claim;
  }

  std::shared_ptr<Known> known_;
  bool any_waiting_ = false;
};

class BrokenScoutSession final : public ScoutSessionDecorator {
 public:
  BrokenScoutSession(std::shared_ptr<Known> known, std::unique_ptr<ScoutSession> real)
      : ScoutSessionDecorator(std::move(real)), known_(std::move(known)) {}

  std::set<std::string> open_writers() override {
    if (known_->rule == Broken::open_writers) return {};
    return ScoutSessionDecorator::open_writers();
  }
  relay::listeners::Registered registered() override {
    auto registered = ScoutSessionDecorator::registered();
    known_->listeners_version = registered.settings["listeners_version"];
    return registered;
  }

 private:
  std::shared_ptr<Known> known_;
};

class BrokenStore final : public StoreDecorator {
 public:
  BrokenStore(Broken rule, std::unique_ptr<Store> real)
      : StoreDecorator(std::move(real)), known_(std::make_shared<Known>()) {
    known_->rule = rule;
  }

 private:
  std::unique_ptr<WorkerSession> around(std::unique_ptr<WorkerSession> session) override {
    return std::make_unique<BrokenWorkerSession>(known_, std::move(session));
  }
  std::unique_ptr<ScoutSession> around(std::unique_ptr<ScoutSession> session) override {
    return std::make_unique<BrokenScoutSession>(known_, std::move(session));
  }

  std::shared_ptr<Known> known_;
};

}  // namespace

std::unique_ptr<Store> broken_on_purpose(Broken rule, std::unique_ptr<Store> store) {
  switch (rule) {
    case Broken::listeners_version:
    case Broken::waiting_held:
    case Broken::earlier_holds:
    case Broken::held_from:
    case Broken::promotion:
    case Broken::waiting_by_then:
    case Broken::open_writers:
    case Broken::refused_commit: return std::make_unique<BrokenStore>(rule, std::move(store));
    default: return store;
  }
}

}  // namespace tests::histories
