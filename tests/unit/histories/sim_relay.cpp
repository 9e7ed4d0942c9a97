#include "tests/unit/histories/sim_relay.hpp"

#include "tests/support/no_recorder.hpp"
#include "tests/unit/histories/broken_store.hpp"
#include "tests/unit/histories/sim_listener.hpp"

namespace tests::histories {

namespace engine = relay::engine;

/// Notes what a handler has in hand, as the flight record does.
class SimRelay::SimHandling final : public engine::Handling {
 public:
  SimHandling(std::optional<InAir>& in_air, bool alone) : in_air_(in_air), alone_(alone) {}

  std::vector<projections::Fate> call(const relay::listeners::Listener& listener,
                                      const std::vector<projections::Event>& events,
                                      const Handler& handler) override {
    in_air_ = InAir{.listener = listener.name(), .event_ids = {}, .alone = alone_};
    for (const projections::Event& event : events) in_air_->event_ids.emplace_back(event.id);
    const struct Landing {
      std::optional<InAir>& in_air;
      ~Landing() { in_air.reset(); }
    } landing{in_air_};
    return handler({});
  }

 private:
  std::optional<InAir>& in_air_;
  bool alone_;
};

SimRelay::~SimRelay() {
  kill();
}

// Whatever its fibers are in the middle of ends without any effect.
void SimRelay::kill() {
  if (!engine_) return;
  const bool crashed = world_.crashed == number_;
  using End = relay::flow::FlightRemains::End;
  for (std::size_t worker = 0; worker < in_air_.size(); ++worker) {
    const auto& in_air = in_air_.at(worker);
    // Where one thread crashed the others are innocent.
    if (!in_air || (crashed && static_cast<int>(worker) + 1 != world_.actor)) continue;
    remains_.push_back({in_air->listener, in_air->event_ids, in_air->alone,
                        crashed ? End::crashed : End::vanished});
  }
  if (world_.broken == Broken::suspects) remains_.clear();
  world_.suspected += remains_.size();
  world_.dying = number_;
  store_->kill();
  for (Fiber& fiber : crew_) {
    while (fiber.busy()) fiber.resume();
  }
  world_.acting = world_.dying = -1;
  if (crashed) world_.crashed = -1;
  engine_.reset();
  for (auto& in_air : in_air_) in_air.reset();
}

relay::engine::Remains SimRelay::remains() {
  return {.found = remains_, .stored = [this] { remains_.clear(); }};
}

engine::EngineParts SimRelay::parts_of(const std::vector<Declared>& listeners) {
  engine::EngineParts parts;
  parts.now = [this] { return world_.now(); };
  parts.chance = [this] { return world_.dice.fraction(); };
  parts.payload_max_bytes = 1'000;
  parts.synchronous_commit = world_.waits;
  parts.recorder = std::make_unique<NoRecorder>();
  for (const Declared& own : listeners) {
    parts.queues.push_back({.listener = std::make_shared<SimListener>(world_, own.options, own.sql),
                            .detached = own.options.detached});
  }
  auto store = std::make_unique<memory::Store>(
      world_.database, memory::StoreOptions{.instance = "relay " + std::to_string(number_),
                                            .batch_size = world_.per_claim,
                                            .payload_max_bytes = parts.payload_max_bytes});
  store_ = store.get();
  parts.store = broken_on_purpose(world_.broken, std::move(store));
  return parts;
}

void SimRelay::start(const std::vector<Declared>& listeners) {
  kill();
  for (const Declared& own : listeners) {
    world_.database.saw(own.options.name, "relay " + std::to_string(number_));
  }
  engine_ = std::make_unique<engine::Engine>(
      engine::EngineOptions{.database = "main",
                            .lanes = lane_count,
                            .shallow_lanes_per_claim = 1 + world_.dice.below(lane_count),
                            .agreed_settings = {{"completion", "update"},
                                                {"ordering", "key"},
                                                {"lanes", std::to_string(lane_count)}}},
      parts_of(listeners), remains(), [this](std::size_t worker) {
        return [this, worker](relay::store::WorkerSession&, bool alone, const std::stop_token&) {
          return std::make_unique<SimHandling>(in_air_.at(worker), alone);
        };
      });
}

void SimRelay::step(int actor, const std::function<void()>& turn) {
  Fiber& fiber = crew_.at(static_cast<std::size_t>(actor));
  world_.acting = number_;
  world_.actor = actor;
  std::int64_t& began_us = began_us_.at(static_cast<std::size_t>(actor));
  if (!fiber.busy()) began_us = world_.now_us;
  world_.turn_began_us = began_us;
  fiber.busy() ? fiber.resume() : fiber.start(turn);
  world_.acting = -1;
}

void SimRelay::scout() {
  step(0, [this] { (void)engine_->scout().take_turn({}); });
}

bool SimRelay::work(int which) {
  const int worker = which % workers();
  const auto actor = static_cast<std::size_t>(worker) + 1;
  did_something_.at(actor) = true;  // unless its turn ends and says otherwise
  step(worker + 1, [this, worker, actor] {
    did_something_.at(actor) =
        engine_->workers().at(static_cast<std::size_t>(worker))->take_turn({});
  });
  return did_something_.at(actor);
}

}  // namespace tests::histories
