#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "relay/engine/engine.hpp"
#include "relay/flow/task.hpp"
#include "relay/runtime/sleepers.hpp"

namespace relay::runtime {

/// Whether one database sleeps, decided after each look of its scout. It falls asleep when it has
/// had nothing to do for a while, or has nothing to do and others need its session: looks that
/// connect each time would cost more than they find. It may do so where there are more databases
/// than sessions, be it of the process or of what its server gives. When a look finds nothing where
/// it slept before, it sleeps on. Threads: the scout's; `asleep` and `crowded` any.
class Sleep {
 public:
  using Pause = flow::Task::Pause;

  /// @param may false: never. @param changed told that it falls asleep or is awake again.
  Sleep(engine::Engine& engine, Sleepers& sleepers, const Share& share, bool may,
        std::function<void(bool asleep)> changed)
      : engine_(engine),
        sleepers_(sleepers),
        server_(share.server),
        role_(share.role),
        may_(may),
        changed_(std::move(changed)) {}
  ~Sleep() { wake(); }
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;

  [[nodiscard]] bool asleep() const { return asleep_; }
  /// Whether the server gives fewer sessions than it has databases of this process.
  void crowded(bool is) { crowded_ = is; }
  /// @param pause until the next look of one that is awake. @param made_room others have needed its
  /// session since the look before. @return that until the next.
  [[nodiscard]] Pause after_look(Pause pause, bool made_room);

 private:
  [[nodiscard]] bool quiet_enough(bool made_room) const;
  void fall_asleep();
  void stay_asleep();
  void wake();

  engine::Engine& engine_;
  Sleepers& sleepers_;
  const std::string server_;
  const std::string role_;
  const bool may_;
  const std::function<void(bool)> changed_;
  std::atomic<bool> asleep_{false};
  std::atomic<bool> crowded_{false};
  std::int64_t done_when_it_slept_ = 0;
};

}  // namespace relay::runtime
