#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/handler.hpp"

namespace projections {

/// A projection in SQL: its statements run in order, each over the table
/// `events(id, seq, event_type, aggregate_type, aggregate_id, payload jsonb, headers jsonb,
/// publication_date)`, which has one row per fresh event of the batch.
///
/// The events are read from `event_publication` by their ids, in the handler's transaction.
/// Threads: any number at once; nothing changes after construction.
class SqlProjection final : public Handler {
 public:
  /// @throws std::invalid_argument with every fault, one per line; see `sql_faults`.
  explicit SqlProjection(const std::vector<std::string>& statements);

  Outcome apply(const Batch& batch, Context& context) override;
  [[nodiscard]] std::optional<std::string> as_sql(const Batch& batch, Tx& tx) const override;
  [[nodiscard]] bool can_probe() const override { return true; }
  [[nodiscard]] bool reads_payload() const override { return false; }

  /// Lets the server plan every statement, which finds missing tables, columns and privileges
  /// without running anything. Call it in a transaction; it leaves nothing behind.
  /// @return one sentence per fault; empty: all can run.
  /// @throws pqxx::failure and kin when the connection breaks.
  [[nodiscard]] std::vector<std::string> explain(Tx& tx) const;

 private:
  [[nodiscard]] std::string text_for(const Batch& batch, Tx& tx) const;

  std::vector<std::string> statements_;
};

/// As `HandlerPtr`, for the registry. @throws std::invalid_argument as above.
[[nodiscard]] std::unique_ptr<SqlProjection> sql_projection(
    const std::vector<std::string>& statements);

/// Every fault of the statements, one sentence each, that can be told without a database.
[[nodiscard]] std::vector<std::string> sql_faults(const std::vector<std::string>& statements);

/// What may hurt: an upsert without ORDER BY, a statement that ignores the batch.
[[nodiscard]] std::vector<std::string> sql_warnings(const std::vector<std::string>& statements);

}  // namespace projections
