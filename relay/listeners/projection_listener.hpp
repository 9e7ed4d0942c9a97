#pragma once

#include "projections/registry.hpp"
#include "relay/listeners/listener.hpp"

namespace relay::listeners {

/// A projection as a listener. Borrows the projection, which must outlive it.
class ProjectionListener final : public Listener {
 public:
  explicit ProjectionListener(const projections::Projection& projection)
      : projection_(projection),
        reads_payload_(projections::reads_payload(projection)),
        reads_headers_(projections::reads_headers(projection)) {}

  [[nodiscard]] const projections::ProjectionOptions& options() const override {
    return projection_.options;
  }
  [[nodiscard]] const std::string& kind() const override;
  [[nodiscard]] std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                     projections::HeldKeys& held,
                                                     projections::SavepointBudget& budget,
                                                     projections::Tx& tx, std::stop_token stop,
                                                     projections::Order order) override;
  [[nodiscard]] std::optional<std::string> as_sql(const projections::Batch& batch,
                                                  projections::Tx& tx) const override {
    return projections::as_sql(projection_, batch, tx);
  }
  [[nodiscard]] bool reads_payload() const override { return reads_payload_; }
  [[nodiscard]] bool reads_headers() const override { return reads_headers_; }
  [[nodiscard]] bool can_probe() const override { return projection_.handler->can_probe(); }
  [[nodiscard]] std::optional<projections::Failure> probe(projections::Tx& tx) override {
    return projections::probe(projection_, tx);
  }

 private:
  const projections::Projection& projection_;
  bool reads_payload_;
  bool reads_headers_;
};

}  // namespace relay::listeners
