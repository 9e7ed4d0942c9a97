#include "relay/engine/gate.hpp"

namespace relay::engine {

Gate::Pass::Pass(Gate& gate, bool alone, std::chrono::milliseconds patience)
    : gate_(gate), alone_(alone) {
  std::unique_lock lock{gate_.mutex_};
  const auto until = std::chrono::steady_clock::now() + patience;
  if (!gate_.changed_.wait_until(lock, until, [this] { return !gate_.alone_; })) return;
  if (alone_) {
    gate_.alone_ = true;
    if (!gate_.changed_.wait_until(lock, until, [this] { return gate_.inside_ == 0; })) {
      gate_.alone_ = false;
      gate_.changed_.notify_all();
      return;
    }
  }
  ++gate_.inside_;
  inside_ = true;
}

Gate::Pass::~Pass() {
  if (!inside_) return;
  const std::lock_guard lock{gate_.mutex_};
  --gate_.inside_;
  if (alone_) gate_.alone_ = false;
  gate_.changed_.notify_all();
}

}  // namespace relay::engine
