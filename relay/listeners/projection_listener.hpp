#pragma once

#include "projections/registry.hpp"
#include "relay/listeners/listener.hpp"

namespace relay::listeners {

/// A projection as a listener. Borrows the projection, which must outlive it.
class ProjectionListener final : public Listener {
 public:
  explicit ProjectionListener(const projections::Projection& projection)
      : projection_(projection) {}

  [[nodiscard]] const std::string& name() const override { return projection_.options.name; }
  [[nodiscard]] const std::string& kind() const override;
  [[nodiscard]] const std::vector<std::string>& patterns() const override {
    return projection_.options.events;
  }
  [[nodiscard]] bool wants(std::string_view event_type,
                           std::optional<std::string_view> listener_id) const override;
  [[nodiscard]] std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                     projections::HeldKeys& held,
                                                     projections::SavepointBudget& budget,
                                                     projections::Tx& tx, std::stop_token stop,
                                                     projections::Order order) override;

 private:
  const projections::Projection& projection_;
};

}  // namespace relay::listeners
