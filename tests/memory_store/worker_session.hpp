#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "relay/store/worker_session.hpp"
#include "tests/memory_store/session.hpp"
#include "tests/memory_store/store.hpp"

namespace tests::memory {

/// As relay::store::outbox::OutboxWorkerSession. `tx()` names the transaction
/// (`Database::when_it_ends`) and must not be used for SQL.
class WorkerSession final : public relay::store::WorkerSession {
 public:
  WorkerSession(Database& database, const StoreOptions& options, const std::string& who,
                const void* store)
      : options_(options), session_(database, who, store) {}

  [[nodiscard]] std::string server_run() override;
  [[nodiscard]] relay::store::Claim claim_events(
      const std::vector<relay::lanes::LaneTicket>& tickets,
      relay::store::Payloads payloads) override;
  [[nodiscard]] relay::store::Claim claim_deliveries(
      const relay::store::DeliveryQueue& queue,
      const std::vector<relay::lanes::LaneTicket>& tickets) override;
  [[nodiscard]] std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<relay::deliveries::LaneKey>& keys) override;
  [[nodiscard]] projections::Tx& tx() override { return session_.handle(); }
  [[nodiscard]] std::unique_ptr<relay::store::TimeLimit> within(
      std::chrono::milliseconds time) override;
  std::int64_t end(const relay::store::BatchEnd& end) override;
  bool rollback() noexcept override { return session_.rollback(); }
  void rehearse_end() override;
  void pause_listener(const std::string& name, const std::string& reason,
                      const std::string& by) override;
  void cancel() noexcept override { session_.cut_off("it was cancelled"); }

 private:
  void write(const relay::store::BatchEnd& end);
  void run_effect(std::string_view effect);
  void commit(bool wait_for_disk);

  const StoreOptions& options_;
  Session session_;
};

}  // namespace tests::memory
