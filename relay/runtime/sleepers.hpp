#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "relay/flow/bell.hpp"
#include "relay/runtime/pool.hpp"
#include "relay/store/store.hpp"

namespace relay::runtime {

class ServerWatch;

/// When databases sleep. Asleep, one keeps no session; it is looked at when the server's own
/// statistics say that something was inserted, and now and then all the same.
struct SleepOptions {
  std::chrono::seconds after{30};  ///< Without anything to do.
  std::chrono::seconds look{60};   ///< Between two looks at one that sleeps, on average.
};

/// The databases that sleep, by their servers, each of which is watched over one session. Threads:
/// any.
class Sleepers {
 public:
  Sleepers(Pool& pool, SleepOptions options);
  /// None of them sleeps any more.
  ~Sleepers();
  Sleepers(const Sleepers&) = delete;
  Sleepers& operator=(const Sleepers&) = delete;

  /// Whether there are more databases than sessions; else none sleeps.
  [[nodiscard]] bool wanted() const { return wanted_; }
  void want(bool sleep) { wanted_ = sleep; }
  [[nodiscard]] const SleepOptions& options() const { return options_; }

  /// From now on the bell is rung when something may have been inserted, and once soon, for what
  /// came before. @param server, role as in Share. @param name as ScoutSession::pulse_name.
  /// @param store over one of those of a server it is watched. @param bell until `wake`.
  void sleep(const std::string& server, const std::string& role, const std::string& name,
             std::shared_ptr<store::Store> store, flow::Bell& bell);
  /// It sleeps no more. Once this returns the bell is not rung any more.
  void wake(const std::string& server, flow::Bell& bell);

 private:
  Pool& pool_;
  const SleepOptions options_;
  std::atomic<bool> wanted_{false};
  std::mutex mutex_;  ///< Guards the map.
  std::map<std::string, std::unique_ptr<ServerWatch>> watches_;
};

}  // namespace relay::runtime
