#pragma once

#include <chrono>

#include "relay/forward/forward.hpp"
#include "relay/listeners/listener.hpp"

namespace relay::wiring {

/// A forward as a listener. It writes nothing into the transaction: its records are acknowledged
/// before the events' completion commits, so that an event is sent again rather than lost.
class ForwardListener final : public listeners::Listener {
 public:
  /// @param time_limit longer than the sink's own deadline.
  ForwardListener(projections::ProjectionOptions options, forward::Forward forward,
                  std::chrono::milliseconds time_limit)
      : options_(std::move(options)), forward_(std::move(forward)), time_limit_(time_limit) {}

  [[nodiscard]] const projections::ProjectionOptions& options() const override { return options_; }
  [[nodiscard]] const std::string& kind() const override;
  [[nodiscard]] std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                     projections::HeldKeys& held,
                                                     projections::SavepointBudget& budget,
                                                     projections::Tx& tx, std::stop_token stop,
                                                     projections::Order order) override;
  [[nodiscard]] bool can_probe() const override { return false; }
  [[nodiscard]] std::optional<projections::Failure> probe(projections::Tx& /*tx*/) override {
    return {};
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> time_limit() const override {
    return time_limit_;
  }
  [[nodiscard]] bool takes_empty() const override { return forward_.takes_empty(); }
  [[nodiscard]] bool available() const override { return forward_.available(); }
  [[nodiscard]] std::string trouble() const override { return forward_.trouble(); }

 private:
  projections::ProjectionOptions options_;
  forward::Forward forward_;
  std::chrono::milliseconds time_limit_;
};

}  // namespace relay::wiring
