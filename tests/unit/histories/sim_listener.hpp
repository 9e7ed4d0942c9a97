#pragma once

#include <string>

#include "relay/listeners/listener.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// A projection whose handler works, fails, postpones, runs out of budget or takes the process with
/// it, by chance. It keeps the contract of projections::apply_batch, and that of an SQL projection
/// where it is one.
class SimListener final : public relay::listeners::Listener {
 public:
  /// @param sql it can say beforehand what it does, and reads payloads in the server.
  SimListener(World& world, projections::ProjectionOptions options, bool sql)
      : world_(world),
        options_(std::move(options)),
        sql_(sql),
        index_(World::listener_of(options_.name)) {}

  [[nodiscard]] const projections::ProjectionOptions& options() const override { return options_; }
  [[nodiscard]] const std::string& kind() const override { return kind_; }
  [[nodiscard]] std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                     projections::HeldKeys& held,
                                                     projections::SavepointBudget& budget,
                                                     projections::Tx& tx, std::stop_token stop,
                                                     projections::Order order) override;
  [[nodiscard]] std::optional<std::string> as_sql(const projections::Batch& batch,
                                                  projections::Tx& tx) const override;
  [[nodiscard]] bool reads_payload() const override { return !sql_; }
  [[nodiscard]] bool reads_headers() const override { return !sql_; }
  [[nodiscard]] bool can_probe() const override { return false; }
  [[nodiscard]] std::optional<projections::Failure> probe(projections::Tx&) override { return {}; }

 private:
  World& world_;
  projections::ProjectionOptions options_;
  bool sql_;
  std::string kind_ = "projection";
  int index_;
};

/// Runs what `as_sql` said, in its transaction.
void run_sql(World& world, projections::Tx& tx, std::string_view sql);

}  // namespace tests::histories
