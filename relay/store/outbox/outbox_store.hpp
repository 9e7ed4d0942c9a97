#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "relay/pg/connection.hpp"
#include "relay/store/outbox/held_lanes.hpp"
#include "relay/store/store.hpp"

namespace relay::store::outbox {

/// How a relay works with the outbox of one database.
struct OutboxOptions {
  std::string conninfo;
  std::string schema;         ///< That the conninfo leads to; empty: it says none.
  std::string hint_conninfo;  ///< LISTEN there; empty: no hints.
  std::string instance;       ///< What this relay calls itself in `projection_freshness`.
  std::chrono::milliseconds call_limit{12'000};      ///< How long a statement's answer may take.
  std::chrono::milliseconds connect_timeout{5'000};  ///< For each host; see pg::ConnectOptions.
  pg::Watchdog* watchdog = nullptr;                  ///< Of its connections; outlives the store.
  pg::SlowStatements slow;  ///< Which of its statements are told in the log.
  ClaimLimits claim;
  /// The statement of the completion mode, one of schema::statements::complete_*: complete_update
  /// sets `completion_date`, complete_delete deletes the row, complete_archive moves it.
  std::string_view complete_sql;
};

/// The outbox table of one PostgreSQL database, `event_publication`, with what is written beside
/// it: deliveries, attempts, listeners, floors, suspects.
class OutboxStore final : public Store {
 public:
  explicit OutboxStore(OutboxOptions options) : options_(std::move(options)) {}

  [[nodiscard]] std::unique_ptr<WorkerSession> open_worker_session(const std::string& who) override;
  [[nodiscard]] std::unique_ptr<ScoutSession> open_scout_session(const std::string& who) override;
  [[nodiscard]] std::unique_ptr<Pulse> open_pulse(const std::string& who) override;
  [[nodiscard]] std::unique_ptr<Hints> listen(std::function<void()> wake) override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] int lanes_per_claim() const override;

 private:
  [[nodiscard]] pg::ConnectOptions connect_options(const std::string& who);

  OutboxOptions options_;
};

}  // namespace relay::store::outbox
