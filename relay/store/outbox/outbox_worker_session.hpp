#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"
#include "relay/store/outbox/outbox_store.hpp"
#include "relay/store/worker_session.hpp"

namespace relay::store::outbox {

/// A connection on which batches of the outbox are passed. Borrows the store's options.
class OutboxWorkerSession final : public WorkerSession {
 public:
  /// @throws pg::ConnectError and kin.
  OutboxWorkerSession(const OutboxOptions& options, const pg::ConnectOptions& connect)
      : options_(options), connection_(options.conninfo, connect) {}

  void had_waited(std::chrono::milliseconds time) noexcept override {
    connection_.had_waited(time);
  }
  [[nodiscard]] std::string server_run() override;
  [[nodiscard]] Claim claim_events(const std::vector<lanes::LaneTicket>& tickets,
                                   Payloads payloads) override;
  [[nodiscard]] Claim claim_deliveries(const DeliveryQueue& queue,
                                       const std::vector<lanes::LaneTicket>& tickets) override;
  [[nodiscard]] std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<deliveries::LaneKey>& keys) override;
  [[nodiscard]] projections::Tx& tx() override { return connection_.tx(); }
  [[nodiscard]] std::unique_ptr<TimeLimit> within(std::chrono::milliseconds time) override;
  std::int64_t end(const BatchEnd& end) override;
  bool rollback() noexcept override { return connection_.rollback(); }
  void rehearse_end() override;
  void pause_listener(const std::string& name, const std::string& reason,
                      const std::string& by) override;
  void cancel() noexcept override { connection_.cancel(); }

 private:
  void add_completions(pg::Script& script, const std::vector<std::string>& ids) const;
  [[nodiscard]] std::int64_t commit(pg::Script& last, bool wait_for_disk);

  const OutboxOptions& options_;
  pg::Connection connection_;
};

}  // namespace relay::store::outbox
