#pragma once

#include <cstdint>
#include <string>

#include "relay/store/store.hpp"
#include "tests/memory_store/database.hpp"

namespace tests::memory {

/// As relay::store::outbox::OutboxOptions and its ClaimLimits.
struct StoreOptions {
  std::string instance = "test";  ///< What this relay calls itself.
  bool ordered = true;
  int batch_size = 500;
  std::int64_t payload_max_bytes = 1'000'000;
  std::int64_t batch_max_bytes = 32'000'000;
  int lanes_per_claim = 2;
};

/// A relay's door to a database in memory. Tells nobody of new events. Threads: one at a time.
class Store final : public relay::store::Store {
 public:
  /// @param database borrowed: must outlive this and its sessions.
  explicit Store(Database& database, StoreOptions options = {})
      : database_(database), options_(std::move(options)) {}

  [[nodiscard]] std::unique_ptr<relay::store::WorkerSession> open_worker_session(
      const std::string& who) override;
  [[nodiscard]] std::unique_ptr<relay::store::ScoutSession> open_scout_session(
      const std::string& who) override;
  [[nodiscard]] std::unique_ptr<relay::store::Pulse> open_pulse(const std::string&) override {
    return nullptr;
  }
  [[nodiscard]] std::unique_ptr<relay::store::Hints> listen(std::function<void()>) override {
    return nullptr;
  }
  [[nodiscard]] std::string description() const override { return "a database in memory"; }
  [[nodiscard]] int lanes_per_claim() const override { return options_.lanes_per_claim; }

  /// All of its sessions are gone, as when the relay's process was killed.
  void kill() { database_.kill_all_of(this); }

 private:
  void refuse_if_down() const;

  Database& database_;
  StoreOptions options_;
};

}  // namespace tests::memory
