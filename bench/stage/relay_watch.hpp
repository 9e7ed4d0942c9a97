#pragma once

#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "bench/stage/processes.hpp"
#include "bench/stage/session.hpp"

namespace bench {

/// Looks ten times a second at how many threads a relay has and how many sessions relays have on a
/// server; keeps the most of each. What it asks the server counts in the database of its url.
class RelayWatch {
 public:
  RelayWatch(const std::string& url, pid_t relay)
      : session_(url), thread_([this, relay](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            threads_ = std::max<int>(threads_, threads_of(relay));
            sessions_ = std::max<int>(sessions_, look());
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
          }
        }) {}

  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] int sessions() const { return sessions_; }

 private:
  int look() {
    return static_cast<int>(session_.count(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'freshet%'"));
  }

  Session session_;
  std::atomic<int> threads_{0};
  std::atomic<int> sessions_{0};
  std::jthread thread_;
};

}  // namespace bench
