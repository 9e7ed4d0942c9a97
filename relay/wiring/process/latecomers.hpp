#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "relay/preflight/outbox_identity.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// Databases that could not be reached when the relay started beside others that could. Asks for
/// them again, after a second at first and a minute at most, until each can be reached and passes
/// the preflight that the others passed. Threads: it has one; the rest is the owner's.
class Latecomers {
 public:
  /// @param blueprint borrowed. @param names of its databases; none: no thread is needed.
  /// @param outboxes that are served; one of them under another name is not served again.
  /// @param on_reached called on the thread when `reached` has something.
  Latecomers(const Blueprint& blueprint, const std::vector<std::string>& names,
             std::vector<preflight::NamedOutbox> outboxes, std::function<void()> on_reached);

  /// Those that are fit to be run and were not given before.
  [[nodiscard]] std::vector<const settings::Database*> reached();

 private:
  void run(const std::stop_token& stop);
  void ask(const settings::Database& database);
  [[nodiscard]] preflight::Findings look_at(const settings::Database& database);

  const Blueprint& blueprint_;
  std::function<void()> on_reached_;
  std::vector<const settings::Database*> away_;   // the thread's
  std::string said_;                              // the thread's
  std::vector<preflight::NamedOutbox> outboxes_;  // the thread's
  std::mutex mutex_;
  std::vector<const settings::Database*> reached_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace relay::wiring
