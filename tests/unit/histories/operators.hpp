#pragma once

#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// What `freshet dead retry`, `dead discard`, `pause`, `resume` and retiring do, each under the
/// locks that it takes; where they are held it does nothing, as after a time-out.
class Operators {
 public:
  explicit Operators(World& world) : world_(world) {}

  /// One command, by chance.
  void step();
  void retry_all();
  void resume_all();

 private:
  [[nodiscard]] bool lane_free(int listener, int lane) const;
  [[nodiscard]] std::set<int> some_dead(int listener, int lane, int percent);
  void discard(int listener, int lane, const std::set<int>& events);
  void set_state(int listener, const char* state);
  void retire(int listener);

  World& world_;
};

}  // namespace tests::histories
