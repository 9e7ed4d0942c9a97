#include "relay/store/outbox/outbox_worker_session.hpp"

#include "projections/array_literal.hpp"
#include "projections/failpoint.hpp"
#include "relay/store/outbox/claim_deliveries.hpp"
#include "relay/store/outbox/claim_events.hpp"
#include "relay/store/outbox/ledger.hpp"
#include "relay/store/outbox/listener_registry.hpp"
#include "relay/store/outbox/suspects.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

namespace sql = schema::statements;

class Limit final : public TimeLimit {
 public:
  Limit(pg::Connection& connection, std::chrono::milliseconds time)
      : limit_(connection.within(time)) {}
  [[nodiscard]] bool expired() const override { return limit_.expired(); }

 private:
  pg::Watchdog::Limit limit_;
};

// The server has ended the transaction, one way or the other; a statement that failed leaves it.
bool transaction_is_over(pg::Connection& connection) {
  constexpr std::string_view in_failed_transaction = "25P02";
  try {
    connection.exec("SELECT 1");
    return true;
  } catch (...) {
    if (projections::current_failure().sqlstate != in_failed_transaction) throw;
    return false;
  }
}

}  // namespace

std::string OutboxWorkerSession::server_run() {
  return connection_.exec(sql::server_run)[0][0].c_str();
}

Claim OutboxWorkerSession::claim_events(const std::vector<lanes::LaneTicket>& tickets,
                                        Payloads payloads) {
  return outbox::claim_events(connection_, options_.claim, tickets, payloads);
}

Claim OutboxWorkerSession::claim_deliveries(const DeliveryQueue& queue,
                                            const std::vector<lanes::LaneTicket>& tickets) {
  return outbox::claim_deliveries(connection_, options_.claim, queue, tickets);
}

std::map<std::string, projections::HeldKeys> OutboxWorkerSession::held_keys(
    const std::set<deliveries::LaneKey>& keys) {
  return outbox::held_keys(connection_, keys);
}

std::unique_ptr<TimeLimit> OutboxWorkerSession::within(std::chrono::milliseconds time) {
  return std::make_unique<Limit>(connection_, time);
}

void OutboxWorkerSession::add_completions(pg::Script& script,
                                          const std::vector<std::string>& ids) const {
  if (!ids.empty()) script.add(options_.complete_sql, {projections::array_literal(ids)});
}

std::int64_t OutboxWorkerSession::end(const BatchEnd& end) {
  pg::Script script =
      end.effect ? pg::Script{connection_, std::string{*end.effect}} : pg::Script{connection_};
  if (end.settlement) add_completions(script, settle(connection_, *end.settlement));
  record(script, end.entries);
  add_completions(script, end.complete);
  if (!end.park.empty()) script.add(sql::park_events, {projections::array_literal(end.park)});
  // What waits behind another must be there.
  if (!end.promote.empty() && !end.entries.deliveries.empty()) script.run();
  for (const auto& [listener, keys] : end.promote) {
    promote(connection_, listener, keys, options_.claim.batch_size);
  }
  for (const auto& [listener, ids] : end.suspects_no_more) {
    clear_suspects(connection_, listener, ids);
  }
  return commit(script, end.wait_for_disk);
}

// The clock is read after the commit: what readers see by then.
std::int64_t OutboxWorkerSession::commit(pg::Script& last, bool wait_for_disk) {
  projections::failpoint("before_commit");
  try {
    if (!wait_for_disk) last.add(sql::commit_without_waiting);
    const std::int64_t now =
        last.add("COMMIT").add(sql::database_clock).run()[0][0].as<std::int64_t>();
    projections::failpoint("after_commit");
    return now;
  } catch (...) {
    const projections::Failure failure = projections::current_failure();
    if (failure.kind == projections::FailureKind::connection || !transaction_is_over(connection_)) {
      throw;
    }
    throw CommitRefused{failure};
  }
}

void OutboxWorkerSession::rehearse_end() {
  pg::Script script{connection_};
  script.add(sql::begin)
      .add("SELECT set_config('statement_timeout', '2000', true)")
      .add(sql::plan_by_index);
  rehearse_ledger(script);
  script.add(options_.complete_sql, {"{}"}).add(sql::park_events, {"{}"}).add("ROLLBACK").run();
}

void OutboxWorkerSession::pause_listener(const std::string& name, const std::string& reason,
                                         const std::string& by) {
  outbox::pause_listener(connection_, name, reason, by);
}

}  // namespace relay::store::outbox
