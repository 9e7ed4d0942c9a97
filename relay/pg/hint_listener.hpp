#pragma once

#include <functional>
#include <string>
#include <thread>

namespace relay::pg {

/// Waits for NOTIFY on the channel `freshet`, on a direct connection of its own. Hints only: a lost
/// one costs at most a poll, so a lost connection is tried again for ever, and after each connect
/// the hint is given once, for whatever was missed.
class HintListener {
 public:
  /// Starts the thread. @param on_hint called on it; must be quick and must not throw.
  HintListener(std::string conninfo, std::function<void()> on_hint);
  /// Ends the thread, within a second.
  ~HintListener();
  HintListener(const HintListener&) = delete;
  HintListener& operator=(const HintListener&) = delete;

 private:
  void run(const std::stop_token& stop) const;
  void listen(const std::stop_token& stop, int& attempt) const;

  std::string conninfo_;
  std::function<void()> on_hint_;
  std::jthread thread_;
};

}  // namespace relay::pg
