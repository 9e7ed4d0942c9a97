#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "projections/failure.hpp"
#include "relay/store/scout_session.hpp"
#include "relay/store/worker_session.hpp"

namespace relay::store {

/// No session could be had. `what()` is one clear sentence.
class Unreachable : public std::runtime_error {
 public:
  Unreachable(const std::string& sentence, projections::Failure why)
      : std::runtime_error(sentence), failure(std::move(why)) {}
  projections::Failure failure;
};

/// Hears of new events for as long as this object lives.
class Hints {
 public:
  Hints() = default;
  virtual ~Hints() = default;
  Hints(const Hints&) = delete;
  Hints& operator=(const Hints&) = delete;
};

/// Says which of the stores of one server have been written to, over one session. Threads: one at a
/// time; `cancel`: any.
class Pulse {
 public:
  Pulse() = default;
  virtual ~Pulse() = default;
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// By `ScoutSession::pulse_name`: a number that moves when something was inserted, at the latest
  /// some seconds after the transaction. What is thrown is as in ScoutSession.
  [[nodiscard]] virtual std::map<std::string, std::int64_t> read() = 0;
  virtual void cancel() noexcept = 0;
};

/// Where events are, behind one door: what the engine needs of it, in the engine's words. Threads:
/// any. Must outlive its sessions.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// @param who shown to operators of the store. @throws Unreachable; std::invalid_argument and kin
  /// where its address cannot be read.
  [[nodiscard]] virtual std::unique_ptr<WorkerSession> open_worker_session(
      const std::string& who) = 0;
  [[nodiscard]] virtual std::unique_ptr<ScoutSession> open_scout_session(
      const std::string& who) = 0;
  /// Null: this store has none.
  [[nodiscard]] virtual std::unique_ptr<Pulse> open_pulse(const std::string& who) = 0;
  /// Calls `wake` when events may have come, on a thread of the hints' own; nothing: this store
  /// gives no hints.
  [[nodiscard]] virtual std::unique_ptr<Hints> listen(std::function<void()> wake) = 0;
  /// Which store it is, without anything secret: the same text whenever it is the same.
  [[nodiscard]] virtual std::string description() const = 0;
  /// How many lanes one claim should ask for: enough to fill a batch, few enough to share.
  [[nodiscard]] virtual int lanes_per_claim() const = 0;
};

}  // namespace relay::store
