#include "projections/sql/sql_projection.hpp"

#include <stdexcept>

#include "projections/apply/savepoint.hpp"
#include "projections/array_literal.hpp"
#include "projections/failure.hpp"
#include "projections/sql/statement.hpp"
#include "projections/with_value.hpp"
#include "schema/statements.hpp"

namespace projections {
namespace {

// "statement 2: …"; a single one needs no number.
std::string named(std::size_t index, std::size_t count, const std::string& sentence) {
  return count == 1 ? sentence : "statement " + std::to_string(index + 1) + ": " + sentence;
}

std::vector<std::string> collect(const std::vector<std::string>& statements,
                                 std::vector<std::string> sql::Statement::*what) {
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const sql::Statement statement = sql::compile(statements[i]);
    for (const auto& sentence : statement.*what) {
      sentences.push_back(named(i, statements.size(), sentence));
    }
  }
  return sentences;
}

std::string ids_of(const Batch& batch) {
  std::vector<std::string_view> ids;
  ids.reserve(batch.size());
  for (const Event& event : batch) ids.push_back(event.id);
  return array_literal(ids);
}

}  // namespace

std::vector<std::string> sql_faults(const std::vector<std::string>& statements) {
  if (statements.empty()) return {"there is no SQL statement"};
  return collect(statements, &sql::Statement::faults);
}

std::vector<std::string> sql_warnings(const std::vector<std::string>& statements) {
  return collect(statements, &sql::Statement::warnings);
}

SqlProjection::SqlProjection(const std::vector<std::string>& statements) {
  std::string text;
  for (const auto& fault : sql_faults(statements)) {
    if (!text.empty()) text += '\n';
    text += fault;
  }
  if (!text.empty()) throw std::invalid_argument{text};
  for (const auto& statement : statements) statements_.push_back(sql::compile(statement).text);
}

Outcome SqlProjection::apply(const Batch& batch, Context& context) {
  context.tx().exec_unchecked(text_for(batch, context.tx()));
  return Outcome::applied();
}

std::optional<std::string> SqlProjection::as_sql(const Batch& batch, Tx& tx) const {
  return text_for(batch, tx);
}

std::string SqlProjection::text_for(const Batch& batch, Tx& tx) const {
  const std::string ids = tx.quote(ids_of(batch));
  std::string all;
  for (const auto& statement : statements_) {
    if (!all.empty()) all += ";\n";
    all += with_value(statement, ids);
  }
  return all;
}

std::vector<std::string> SqlProjection::explain(Tx& tx) const {
  std::vector<std::string> faults;
  const pqxx::result own = tx.exec_unchecked(schema::statements::own_events_table);
  if (own[0][0].as<bool>()) {
    faults.emplace_back(
        "there is a table named events, which is the name of the batch: rename it, "
        "or read it through a view of another name");
  }
  for (std::size_t i = 0; i < statements_.size(); ++i) {
    Savepoint savepoint{tx};
    try {
      tx.exec_unchecked("EXPLAIN " + statements_[i], "{}");
    } catch (...) {
      const Failure failure = current_failure();
      if (failure.kind == FailureKind::connection) throw;
      faults.push_back(named(i, statements_.size(), failure.message));
    }
    savepoint.roll_back();
  }
  return faults;
}

std::unique_ptr<SqlProjection> sql_projection(const std::vector<std::string>& statements) {
  return std::make_unique<SqlProjection>(statements);
}

}  // namespace projections
