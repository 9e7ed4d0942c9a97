#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/engine/engine.hpp"
#include "tests/memory_store/store.hpp"
#include "tests/support/fiber.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

inline constexpr int workers_at_most = 2 + listener_count;

/// Fibers of one relay: its scout's, then its workers'. They outlive histories.
using Crew = std::array<Fiber, 1 + workers_at_most>;

/// What a relay declares of one listener.
struct Declared {
  projections::ProjectionOptions options;
  bool sql = false;
};

/// A relay's process: the engine that runs in production, over the world's database. What the
/// runtime's threads do there is done here a step at a time, each up to the next statement.
class SimRelay {
 public:
  SimRelay(World& world, int number, Crew& crew) : world_(world), number_(number), crew_(crew) {}
  ~SimRelay();
  SimRelay(const SimRelay&) = delete;
  SimRelay& operator=(const SimRelay&) = delete;

  /// Starts, or is killed and starts again: nothing of before is left but its flight record.
  void start(const std::vector<Declared>& listeners);
  /// The next part of the scout's turn.
  void scout();
  /// The next step of some worker's turn. @return whether it did anything.
  bool work(int which);
  [[nodiscard]] int workers() const { return static_cast<int>(engine_->workers().size()); }
  /// Floors of events and deliveries, of this run of the server.
  [[nodiscard]] relay::lanes::Floors floors() const {
    return engine_->floors_of(world_.database.server_run());
  }

 private:
  struct InAir {
    std::string listener;
    std::vector<std::string> event_ids;
    bool alone = false;
  };
  class SimHandling;

  void kill();
  void step(int actor, const std::function<void()>& turn);
  [[nodiscard]] relay::engine::EngineParts parts_of(const std::vector<Declared>& listeners);
  [[nodiscard]] relay::engine::Remains remains();

  World& world_;
  int number_;
  Crew& crew_;
  memory::Store* store_ = nullptr;  // of engine_
  std::array<std::optional<InAir>, workers_at_most> in_air_;
  std::vector<relay::flow::FlightRemains> remains_;
  std::array<bool, 1 + workers_at_most> did_something_{};
  std::array<std::int64_t, 1 + workers_at_most> began_us_{};
  std::unique_ptr<relay::engine::Engine> engine_;
};

}  // namespace tests::histories
