#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "relay/store/store.hpp"

namespace tests {

/// Does what another session does; a test overrides what it wants otherwise.
class WorkerSessionDecorator : public relay::store::WorkerSession {
 public:
  explicit WorkerSessionDecorator(std::unique_ptr<relay::store::WorkerSession> real)
      : real_(std::move(real)) {}

  void had_waited(std::chrono::milliseconds time) noexcept override { real_->had_waited(time); }
  std::string server_run() override { return real_->server_run(); }
  relay::store::Claim claim_events(const std::vector<relay::lanes::LaneTicket>& tickets,
                                   relay::store::Payloads payloads) override {
    return real_->claim_events(tickets, payloads);
  }
  relay::store::Claim claim_deliveries(
      const relay::store::DeliveryQueue& queue,
      const std::vector<relay::lanes::LaneTicket>& tickets) override {
    return real_->claim_deliveries(queue, tickets);
  }
  std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<relay::deliveries::LaneKey>& keys) override {
    return real_->held_keys(keys);
  }
  projections::Tx& tx() override { return real_->tx(); }
  std::unique_ptr<relay::store::TimeLimit> within(std::chrono::milliseconds time) override {
    return real_->within(time);
  }
  std::int64_t end(const relay::store::BatchEnd& end) override { return real_->end(end); }
  bool rollback() noexcept override { return real_->rollback(); }
  void rehearse_end() override { real_->rehearse_end(); }
  void pause_listener(const std::string& name, const std::string& reason,
                      const std::string& by) override {
    real_->pause_listener(name, reason, by);
  }
  void cancel() noexcept override { real_->cancel(); }

 private:
  std::unique_ptr<relay::store::WorkerSession> real_;
};

class ScoutSessionDecorator : public relay::store::ScoutSession {
 public:
  explicit ScoutSessionDecorator(std::unique_ptr<relay::store::ScoutSession> real)
      : real_(std::move(real)) {}

  void had_waited(std::chrono::milliseconds time) noexcept override { real_->had_waited(time); }
  void mark_run() override { real_->mark_run(); }
  std::string pulse_name() override { return real_->pulse_name(); }
  void sign_of_life() override { real_->sign_of_life(); }
  relay::store::Start start(int lanes) override { return real_->start(lanes); }
  relay::store::Standing start_without_floors() override { return real_->start_without_floors(); }
  void keep_floors(const relay::lanes::Floors& floors, const std::string& server_run) override {
    real_->keep_floors(floors, server_run);
  }
  relay::store::Look look(const std::vector<relay::lanes::LaneTicket>& where,
                          std::chrono::milliseconds patience) override {
    return real_->look(where, patience);
  }
  std::vector<std::optional<std::int64_t>> look_at_deliveries(
      const relay::store::DeliveryLanes& where, std::chrono::milliseconds patience) override {
    return real_->look_at_deliveries(where, patience);
  }
  std::vector<relay::store::RetryLane> retries(const std::vector<std::string>& listeners) override {
    return real_->retries(listeners);
  }
  std::set<std::string> open_writers() override { return real_->open_writers(); }
  relay::listeners::Registered registered() override { return real_->registered(); }
  void register_listeners(const std::vector<relay::listeners::Declaration>& declarations,
                          const std::map<std::string, std::string>& agreed_settings) override {
    real_->register_listeners(declarations, agreed_settings);
  }
  void resume_listener(const std::string& name) override { real_->resume_listener(name); }
  bool rehearse(const std::function<bool(projections::Tx&)>& attempt) override {
    return real_->rehearse(attempt);
  }
  void store_suspects(const std::vector<relay::flow::FlightRemains>& remains) override {
    real_->store_suspects(remains);
  }
  void cancel() noexcept override { real_->cancel(); }

 private:
  std::unique_ptr<relay::store::ScoutSession> real_;
};

/// A store whose sessions are put into others.
class StoreDecorator : public relay::store::Store {
 public:
  explicit StoreDecorator(std::unique_ptr<relay::store::Store> real) : real_(std::move(real)) {}

  std::unique_ptr<relay::store::WorkerSession> open_worker_session(
      const std::string& who) override {
    return around(real_->open_worker_session(who));
  }
  std::unique_ptr<relay::store::ScoutSession> open_scout_session(const std::string& who) override {
    return around(real_->open_scout_session(who));
  }
  std::unique_ptr<relay::store::Pulse> open_pulse(const std::string& who) override {
    return real_->open_pulse(who);
  }
  std::unique_ptr<relay::store::Hints> listen(std::function<void()> wake) override {
    return real_->listen(std::move(wake));
  }
  [[nodiscard]] std::string description() const override { return real_->description(); }
  [[nodiscard]] int lanes_per_claim() const override { return real_->lanes_per_claim(); }

 private:
  [[nodiscard]] virtual std::unique_ptr<relay::store::WorkerSession> around(
      std::unique_ptr<relay::store::WorkerSession> session) = 0;
  [[nodiscard]] virtual std::unique_ptr<relay::store::ScoutSession> around(
      std::unique_ptr<relay::store::ScoutSession> session) = 0;

  std::unique_ptr<relay::store::Store> real_;
};

}  // namespace tests
