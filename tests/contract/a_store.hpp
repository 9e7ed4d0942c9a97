#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/contract/world.hpp"

namespace tests::contract {

using relay::deliveries::Delivery;
using relay::deliveries::LaneKey;
using relay::lanes::LaneTicket;
using relay::store::BatchEnd;
using relay::store::Claim;
using relay::store::Payloads;
using relay::store::ScoutSession;
using relay::store::Store;
using relay::store::WorkerSession;

/// What relay/store's headers promise, of each store that there is.
class AStore : public testing::TestWithParam<MakeWorld> {
 protected:
  AStore();
  ~AStore() override;

  // Writers.
  Sent publish(const NewEvent& event = {});
  Sent publish(const std::string& key) { return publish(NewEvent{.key = key}); }
  /// The nth key of this lane.
  std::string key_in(int lane, int nth = 0);

  // Claims.
  static std::vector<LaneTicket> all_lanes();
  std::unique_ptr<WorkerSession> open_worker(const std::string& who = "another") {
    return store_->open_worker_session(who);
  }
  /// By this limit, with its own store, which lives as long as the test.
  std::unique_ptr<WorkerSession> open_worker(const Limits& limits);
  Claim claim(WorkerSession& by, Payloads payloads = Payloads::travel);
  Claim claim() { return claim(*worker_); }
  Claim claim_deliveries(WorkerSession& by, const std::string& listener, bool skip_dead = false);
  /// Of a detached listener.
  Claim claim_drained(WorkerSession& by, const std::string& listener);
  static std::vector<std::string> ids(const Claim& claim);
  static std::vector<std::string> ids(const std::vector<Sent>& events);
  static const relay::store::LaneRead& read_of(const Claim& claim, int lane);

  // Listeners.
  void declare(const std::string& name, bool detached = false, bool skip_dead = false,
               const std::string& kind = "projection");
  static relay::listeners::Declaration declaration(const std::string& name, bool detached = false,
                                                   bool skip_dead = false,
                                                   const std::string& kind = "projection");
  relay::listeners::Registered::Entry listener(const std::string& name);
  std::string version();

  // Deliveries.
  static Delivery delivery(const Sent& event, const std::string& listener, Delivery::State state);
  /// What the first pass leaves: events that are claimed and parked, with these deliveries.
  void owe(const std::vector<Delivery>& deliveries);
  /// Of one listener, "ready waiting" in seq order.
  std::string states(const std::string& listener);
  Owed owed(const std::string& listener, const std::string& event_id);
  /// Ends deliveries of a claim that `worker_` holds.
  void settle(const std::string& listener, const std::vector<Sent>& done,
              const std::vector<Delivery>& changed = {}, const std::set<LaneKey>& promote = {});

  /// What a call throws; of kind event and without a message: nothing.
  static projections::Failure failure_of(const std::function<void()>& call);

  std::unique_ptr<World> world_ = GetParam()();
  std::unique_ptr<Store> store_ = world_->store({}, "test");
  std::vector<std::unique_ptr<Store>> more_stores_;
  std::unique_ptr<WorkerSession> worker_ = store_->open_worker_session("worker");
  std::unique_ptr<ScoutSession> scout_ = store_->open_scout_session("scout");

  static constexpr auto ready = Delivery::State::ready;
  static constexpr auto retrying = Delivery::State::retrying;
  static constexpr auto waiting = Delivery::State::waiting;
  static constexpr auto dead = Delivery::State::dead;
};

}  // namespace tests::contract
