#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace relay::engine {

/// Lets workers work side by side, or one of them alone. Who wants to be alone waits for those that
/// are inside; nobody else enters meanwhile. Threads: any.
class Gate {
 public:
  class Pass;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool alone_ = false;  ///< Somebody is alone inside, or waits for it.
};

/// Being inside, for as long as this object lives.
class Gate::Pass {
 public:
  /// @param patience how long to wait to be let in.
  Pass(Gate& gate, bool alone, std::chrono::milliseconds patience);
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  /// False: not let in within the time.
  [[nodiscard]] bool inside() const { return inside_; }

 private:
  Gate& gate_;
  bool alone_;
  bool inside_ = false;
};

}  // namespace relay::engine
