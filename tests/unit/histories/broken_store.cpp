#include "tests/unit/histories/broken_store.hpp"

#include <limits>

namespace tests::histories {
namespace {

using namespace relay::store;

/// What the sessions of one relay share.
struct Known {
  Broken rule = Broken::nothing;
  std::string listeners_version;  ///< That the relay knows.
};

class BrokenWorkerSession final : public WorkerSession {
 public:
  BrokenWorkerSession(std::shared_ptr<Known> known, std::unique_ptr<WorkerSession> real)
      : known_(std::move(known)), real_(std::move(real)) {}

  std::string server_run() override { return real_->server_run(); }
  Claim claim_events(const std::vector<relay::claim::LaneTicket>& tickets,
                     Payloads payloads) override {
    return broken(real_->claim_events(tickets, payloads));
  }
  Claim claim_deliveries(const DeliveryQueue& queue,
                         const std::vector<relay::claim::LaneTicket>& tickets) override {
    Claim claim = broken(real_->claim_deliveries(queue, tickets));
    if (known_->rule == Broken::held_from) {
      for (auto& [id, taken] : claim.taken) taken.before_seq.reset();
    }
    return claim;
  }
  std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<relay::deliveries::LaneKey>& keys) override {
    if (known_->rule == Broken::waiting_held) return {};
    auto held = real_->held_keys(keys);
    if (known_->rule != Broken::earlier_holds) return held;
    for (auto& [listener, of_it] : held) {
      for (const auto& key : keys) {
        if (of_it.holds(key.key, std::numeric_limits<std::int64_t>::max())) {
          of_it.hold(key.key, std::numeric_limits<std::int64_t>::min());
        }
      }
    }
    return held;
  }
  projections::Tx& tx() override { return real_->tx(); }
  std::unique_ptr<TimeLimit> within(std::chrono::milliseconds time) override {
    return real_->within(time);
  }
  std::int64_t end(const BatchEnd& end) override {
    BatchEnd changed = end;
    const bool drain = end.settlement.has_value();
    if (known_->rule == Broken::promotion ||
        (known_->rule == Broken::waiting_by_then && drain && !any_waiting_)) {
      changed.promote.clear();
    }
    try {
      return real_->end(changed);
    } catch (const CommitRefused&) {
      if (known_->rule == Broken::refused_commit) return 0;
      throw;
    }
  }
  bool rollback() noexcept override { return real_->rollback(); }
  void rehearse_end() override { real_->rehearse_end(); }
  void pause_listener(const std::string& name, const std::string& reason,
                      const std::string& by) override {
    real_->pause_listener(name, reason, by);
  }
  void cancel() noexcept override { real_->cancel(); }

 private:
  Claim broken(Claim claim) {
    any_waiting_ = claim.any_waiting;
    if (known_->rule == Broken::listeners_version && !claim.empty()) {
      claim.listeners_version = known_->listeners_version;
    }
    return claim;
  }

  std::shared_ptr<Known> known_;
  std::unique_ptr<WorkerSession> real_;
  bool any_waiting_ = false;
};

class BrokenScoutSession final : public ScoutSession {
 public:
  BrokenScoutSession(std::shared_ptr<Known> known, std::unique_ptr<ScoutSession> real)
      : known_(std::move(known)), real_(std::move(real)) {}

  void mark_run() override { real_->mark_run(); }
  Start start(int lanes) override { return real_->start(lanes); }
  Standing start_without_floors() override { return real_->start_without_floors(); }
  void keep_floors(const relay::claim::Floors& floors, const std::string& server_run) override {
    real_->keep_floors(floors, server_run);
  }
  Look look(const std::vector<relay::claim::LaneTicket>& where,
            std::chrono::milliseconds patience) override {
    return real_->look(where, patience);
  }
  std::vector<std::optional<std::int64_t>> look_at_deliveries(
      const DeliveryLanes& where, std::chrono::milliseconds patience) override {
    return real_->look_at_deliveries(where, patience);
  }
  std::vector<RetryLane> retries(const std::vector<std::string>& listeners) override {
    return real_->retries(listeners);
  }
  std::set<std::string> open_writers() override {
    return known_->rule == Broken::open_writers ? std::set<std::string>{} : real_->open_writers();
  }
  relay::listeners::Registered registered() override {
    auto registered = real_->registered();
    known_->listeners_version = registered.settings["listeners_version"];
    return registered;
  }
  void register_listeners(const std::vector<relay::listeners::Declaration>& declarations,
                          const std::map<std::string, std::string>& agreed) override {
    real_->register_listeners(declarations, agreed);
  }
  void resume_listener(const std::string& name) override { real_->resume_listener(name); }
  bool rehearse(const std::function<bool(projections::Tx&)>& attempt) override {
    return real_->rehearse(attempt);
  }
  void store_suspects(const std::vector<relay::flow::FlightRemains>& remains) override {
    real_->store_suspects(remains);
  }
  void cancel() noexcept override { real_->cancel(); }

 private:
  std::shared_ptr<Known> known_;
  std::unique_ptr<ScoutSession> real_;
};

class BrokenStore final : public Store {
 public:
  BrokenStore(Broken rule, std::unique_ptr<Store> real)
      : known_(std::make_shared<Known>()), real_(std::move(real)) {
    known_->rule = rule;
  }

  std::unique_ptr<WorkerSession> open_worker_session(const std::string& who) override {
    return std::make_unique<BrokenWorkerSession>(known_, real_->open_worker_session(who));
  }
  std::unique_ptr<ScoutSession> open_scout_session(const std::string& who) override {
    return std::make_unique<BrokenScoutSession>(known_, real_->open_scout_session(who));
  }
  std::unique_ptr<Hints> listen(std::function<void()> wake) override {
    return real_->listen(std::move(wake));
  }
  [[nodiscard]] std::string description() const override { return real_->description(); }
  [[nodiscard]] int lanes_per_claim() const override { return real_->lanes_per_claim(); }

 private:
  std::shared_ptr<Known> known_;
  std::unique_ptr<Store> real_;
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
