#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"
#include "relay/store/outbox/outbox_store.hpp"
#include "relay/store/scout_session.hpp"

namespace relay::store::outbox {

/// A connection on which a scout looks at the outbox. Borrows the store's options.
class OutboxScoutSession final : public ScoutSession {
 public:
  /// @throws pg::ConnectError and kin.
  OutboxScoutSession(const OutboxOptions& options, const pg::ConnectOptions& connect)
      : options_(options), connection_(options.conninfo, connect) {}

  void had_waited(std::chrono::milliseconds time) noexcept override {
    connection_.had_waited(time);
  }
  void mark_run() override;
  [[nodiscard]] std::string pulse_name() override;
  void sign_of_life() override;
  [[nodiscard]] Start start(int lanes) override;
  [[nodiscard]] Standing start_without_floors() override;
  void keep_floors(const lanes::Floors& floors, const std::string& server_run) override;
  [[nodiscard]] Look look(const std::vector<lanes::LaneTicket>& where,
                          std::chrono::milliseconds patience) override;
  [[nodiscard]] std::vector<std::optional<std::int64_t>> look_at_deliveries(
      const DeliveryLanes& where, std::chrono::milliseconds patience) override;
  [[nodiscard]] std::vector<RetryLane> retries(const std::vector<std::string>& listeners) override;
  [[nodiscard]] std::set<std::string> open_writers() override;
  [[nodiscard]] listeners::Registered registered() override;
  void register_listeners(const std::vector<listeners::Declaration>& declarations,
                          const std::map<std::string, std::string>& agreed_settings) override;
  void resume_listener(const std::string& name) override;
  bool rehearse(const std::function<bool(projections::Tx&)>& attempt) override;
  void store_suspects(const std::vector<flow::FlightRemains>& remains) override;
  void cancel() noexcept override { connection_.cancel(); }

 private:
  const OutboxOptions& options_;
  pg::Connection connection_;
};

}  // namespace relay::store::outbox
