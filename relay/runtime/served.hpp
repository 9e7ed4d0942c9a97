#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "relay/engine/engine.hpp"
#include "relay/flow/crash/flight_record.hpp"
#include "relay/flow/task.hpp"
#include "relay/runtime/handler_watch.hpp"
#include "relay/runtime/pool.hpp"
#include "relay/runtime/sleep.hpp"

namespace relay::runtime {

/// How handlers are kept in bounds, and where it is noted what they have.
struct Bounds {
  std::chrono::milliseconds handler_timeout{5'000};  ///< How long a listener may take over a batch.
  std::chrono::milliseconds stuck_exit{60'000};      ///< Past that: a handler that does not end.
  std::string flight_folder;                         ///< Where the flight record lies.
  int batch_size = 500;                              ///< Events that it can name per worker.
};

/// What is done beside an engine's work: its figures, upkeep.
using Chores = std::vector<std::shared_ptr<flow::Task>>;

/// Whom chores are beside.
struct Beside {
  const engine::Engine& engine;
  std::function<Pool::Use()> take_use;  ///< See Pool::take_use.
};

/// A database to be served.
struct Service {
  engine::EngineOptions options;
  engine::EngineParts parts;
  Bounds bounds = {};
  Share share = {};
  bool listens = false;    ///< Its store gives hints of new events, over a session that stays.
  bool may_sleep = false;  ///< Where there are more databases than sessions.
  /// Asked once; what it gives is owned from then on, and ends before the engine.
  std::function<Chores(const Beside&)> chores = [](const auto&) { return Chores{}; };
};

/// One database that is being served: its engine, whose scout and workers are tasks of the pool,
/// with the chores beside, the hints of new events, and the watch over handlers.
class Served {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts at once. @param pool, sleepers outlive it.
  Served(Service service, Pool& pool, Sleepers& sleepers);
  /// Stops with no patience.
  ~Served() = default;
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  [[nodiscard]] engine::Engine& engine() { return engine_; }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  /// What is under way goes on. Returns at once.
  void request_stop() { account_.stop(); }
  /// Waits until every task has ended. @return false: the time is over.
  [[nodiscard]] bool ended_by(Clock::time_point deadline) { return account_.ended_by(deadline); }
  /// Cuts off all sessions; their transactions roll back. Never waits.
  void cancel() { account_.cancel(); }
  /// See Runtime.
  [[nodiscard]] std::string look_after_handlers();
  [[nodiscard]] bool asleep() const { return sleep_.asleep(); }
  /// Whether a minute has passed since this was asked with the answer yes.
  [[nodiscard]] bool may_tell_of_lack(Clock::time_point now) {
    if (lack_told_ && now - *lack_told_ < std::chrono::minutes{1}) return false;
    lack_told_ = now;
    return true;
  }
  /// See Sleep.
  void crowded(bool is) { sleep_.crowded(is); }
  [[nodiscard]] const Account& account() const { return account_.get(); }

 private:
  /// An account of the pool. Its end stops and cuts off what is there under it, and waits for that.
  class OpenAccount {
   public:
    OpenAccount(Pool& pool, const Share& share) : pool_(pool), account_(pool.open(share)) {}
    ~OpenAccount();
    OpenAccount(const OpenAccount&) = delete;
    OpenAccount& operator=(const OpenAccount&) = delete;
    [[nodiscard]] Account& get() const { return account_; }
    void stop() { pool_.stop(account_); }
    [[nodiscard]] bool ended_by(Clock::time_point deadline) {
      return pool_.ended_by(account_, deadline);
    }
    void cancel() { pool_.cancel(account_); }

   private:
    Pool& pool_;
    Account& account_;
  };

  [[nodiscard]] engine::HandlingOfPass handling_of(std::size_t worker);
  void add_tasks();
  void rest(bool asleep);

  Pool& pool_;
  const Bounds bounds_;
  std::vector<std::unique_ptr<HandlerWatch>> watches_;  // of each worker
  flow::FlightRecord flight_;
  engine::Engine engine_;
  flow::Bell chores_bell_;
  Chores chores_;
  Sleep sleep_;
  std::vector<std::shared_ptr<flow::Task>> tasks_;
  OpenAccount account_;  // ends before whatever its tasks touch, also when the constructor throws
  std::unique_ptr<Pool::Loan> hints_session_;
  std::unique_ptr<store::Hints> hints_;
  std::optional<Clock::time_point> lack_told_;
  std::set<std::size_t> reported_;  // workers whose stuck handler was told
};

}  // namespace relay::runtime
