#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "relay/store/scout_session.hpp"
#include "tests/memory_store/session.hpp"
#include "tests/memory_store/store.hpp"

namespace tests::memory {

/// As relay::store::outbox::OutboxScoutSession.
class ScoutSession final : public relay::store::ScoutSession {
 public:
  ScoutSession(Database& database, const StoreOptions& options, const std::string& who,
               const void* store)
      : options_(options), session_(database, who, store) {}

  void mark_run() override;
  [[nodiscard]] std::string pulse_name() override { return "memory"; }
  void sign_of_life() override {}
  [[nodiscard]] relay::store::Start start(int lanes) override;
  [[nodiscard]] relay::store::Standing start_without_floors() override;
  void keep_floors(const relay::lanes::Floors& floors, const std::string& server_run) override;
  [[nodiscard]] relay::store::Look look(const std::vector<relay::lanes::LaneTicket>& where,
                                        std::chrono::milliseconds patience) override;
  [[nodiscard]] std::vector<std::optional<std::int64_t>> look_at_deliveries(
      const relay::store::DeliveryLanes& where, std::chrono::milliseconds patience) override;
  [[nodiscard]] std::vector<relay::store::RetryLane> retries(
      const std::vector<std::string>& listeners) override;
  [[nodiscard]] std::set<std::string> open_writers() override;
  [[nodiscard]] relay::listeners::Registered registered() override;
  void register_listeners(const std::vector<relay::listeners::Declaration>& declarations,
                          const std::map<std::string, std::string>& agreed_settings) override;
  void resume_listener(const std::string& name) override;
  bool rehearse(const std::function<bool(projections::Tx&)>& attempt) override;
  void store_suspects(const std::vector<relay::flow::FlightRemains>& remains) override;
  void cancel() noexcept override { session_.cut_off("it was cancelled"); }

 private:
  /// A statement. @throws of kind timeout when it took longer.
  void pause_for(std::chrono::milliseconds patience);
  [[nodiscard]] relay::store::Standing standing();
  void keep(const std::string& listener, const std::vector<std::int64_t>& learned);
  void declare(Transaction& transaction, const relay::listeners::Declaration& own);

  const StoreOptions& options_;
  Session session_;
};

}  // namespace tests::memory
