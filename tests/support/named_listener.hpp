#pragma once

#include <string>
#include <utility>
#include <vector>

#include "relay/listeners/listener.hpp"

namespace tests {

/// A listener that is only its options; nothing calls it.
class Named final : public relay::listeners::Listener {
 public:
  explicit Named(projections::ProjectionOptions options) : options_(std::move(options)) {}
  explicit Named(const std::string& name) : Named({.name = name, .events = {"*"}}) {}

  [[nodiscard]] const projections::ProjectionOptions& options() const override { return options_; }
  [[nodiscard]] const std::string& kind() const override { return options_.name; }
  [[nodiscard]] std::vector<projections::Fate> apply(const projections::Batch&,
                                                     projections::HeldKeys&,
                                                     projections::SavepointBudget&,
                                                     projections::Tx&, std::stop_token,
                                                     projections::Order) override {
    return {};
  }
  [[nodiscard]] bool can_probe() const override { return false; }
  [[nodiscard]] std::optional<projections::Failure> probe(projections::Tx&) override { return {}; }

 private:
  projections::ProjectionOptions options_;
};

}  // namespace tests
