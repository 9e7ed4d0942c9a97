#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "relay/base/chance.hpp"
#include "relay/lanes/lane_board.hpp"
#include "relay/listeners/listener.hpp"
#include "relay/measure/recorder.hpp"
#include "relay/store/store.hpp"

namespace relay::engine {

/// A listener with its deliveries. A forward has two, one for each way in which it may be served.
struct Queue {
  std::shared_ptr<listeners::Listener> listener;
  bool detached = false;  ///< Served while the listener is detached; else while it is attached.
  int workers = 1;        ///< Of its own, when detached.

  [[nodiscard]] store::DeliveryQueue deliveries() const {
    return {.listener = listener->name(),
            .drainer = detached ? listener->name() : "",
            .skip_dead = listener->options().on_dead == projections::OnDead::skip};
  }
};

/// What a batch passes through, shared by all workers of a database. Every part may be used by
/// several threads at once.
struct EngineParts {
  lanes::Now now = std::chrono::steady_clock::now;
  Chance chance = random_chance;
  projections::Order order = projections::Order::by_key;
  std::chrono::milliseconds statement_timeout{10'000};
  std::int64_t payload_max_bytes = 0;  ///< As the store was told: a larger one does not travel.
  bool synchronous_commit = true;  ///< false: where all effects are in the database, no waiting.
  std::shared_ptr<store::Store> store;
  std::vector<Queue> queues;  ///< The projections', then two of each forward.
  std::shared_ptr<measure::Recorder> recorder;
};

/// How an engine works one database.
struct EngineOptions {
  std::string database;              ///< For messages.
  int lanes = 64;                    ///< freshet_lane() knows it, too; all relays must agree on it.
  int workers = 2;                   ///< Of new events; detached queues have their own.
  int shallow_lanes_per_claim = 16;  ///< Of lanes with a few events each: fewer, larger batches.
  std::chrono::milliseconds poll_min{1};            ///< Between two looks while events come.
  std::chrono::milliseconds poll_max{100};          ///< … and at rest.
  std::chrono::milliseconds call_limit{12'000};     ///< How long one waits for others to be done.
  int breaker_failures = 5;                         ///< See flow::BreakerLimits,
  std::chrono::milliseconds breaker_pause{60'000};  ///< the longest.
  bool drain = false;                               ///< End when nothing is left to do.
  std::map<std::string, std::string> agreed_settings;  ///< What all relays must have alike.
};

}  // namespace relay::engine
