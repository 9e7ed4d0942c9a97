#pragma once

#include <vector>

#include "relay/listeners/listener.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// What one transaction's handlers have done so far.
struct Doings {
  std::vector<std::pair<int, int>> effects;   ///< (listener, event), in order.
  std::vector<std::pair<int, int>> failures;  ///< Of handlers.
};

/// A projection whose handler works, fails, postpones or runs out of budget by chance. It keeps the
/// contract of projections::apply_batch.
class SimListener final : public relay::listeners::Listener {
 public:
  SimListener(World& world, projections::ProjectionOptions options)
      : world_(world), options_(std::move(options)), index_(Tables::listener_of(options_.name)) {}

  [[nodiscard]] const projections::ProjectionOptions& options() const override { return options_; }
  [[nodiscard]] const std::string& kind() const override { return kind_; }
  [[nodiscard]] std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                     projections::HeldKeys& held,
                                                     projections::SavepointBudget& budget,
                                                     projections::Tx& tx, std::stop_token stop,
                                                     projections::Order order) override;
  [[nodiscard]] bool can_probe() const override { return false; }
  [[nodiscard]] std::optional<projections::Failure> probe(projections::Tx&) override { return {}; }

  /// Where the transaction that calls next writes.
  void begin(Doings& doings) { doings_ = &doings; }
  [[nodiscard]] int index() const { return index_; }

 private:
  [[nodiscard]] bool is_guarded(int event) const;

  World& world_;
  projections::ProjectionOptions options_;
  std::string kind_ = "projection";
  int index_;
  Doings* doings_ = nullptr;
};

}  // namespace tests::histories
