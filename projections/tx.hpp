#pragma once

#include <string>
#include <string_view>

#include <pqxx/pqxx>

namespace projections {

/// The handler's door to the database: the transaction that also records the guard and the
/// completion. It can read and write; it cannot commit or roll back.
///
/// This header is also the one place that knows how libpqxx 6 and 7 differ in binding values.
/// Threads: one thread at a time. Ownership: borrows the driver's transaction.
class Tx {
 public:
  /// @param tx a `pqxx::nontransaction` in which BEGIN was sent: libpqxx 6's other kinds roll back
  ///   at the first error, which would take the savepoints with it.
  explicit Tx(pqxx::transaction_base& tx) : tx_(tx) {}
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  /// Runs one statement with `$1 … $n` bound; never a named prepared statement.
  /// @throws pqxx::failure and its kin; `failure_of` tells what the error asks for.
  /// @throws std::invalid_argument for a transaction command (COMMIT, ROLLBACK, …).
  template <class... Args>
  pqxx::result exec(std::string_view sql, const Args&... args) {
    refuse_transaction_command(sql);
    return exec_unchecked(sql, args...);
  }

  /// As `exec`, for Freshet's own statements: nothing is refused.
  template <class... Args>
  pqxx::result exec_unchecked(std::string_view sql, const Args&... args) {
    if constexpr (sizeof...(Args) == 0) {
      return tx_.exec(std::string{sql});
    } else {
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 9)
      return tx_.exec(std::string{sql}, pqxx::params{args...});
#else
      return tx_.exec_params(std::string{sql}, args...);
#endif
    }
  }

  /// `text` as an SQL literal, quoted by libpq.
  [[nodiscard]] std::string quote(std::string_view text) const {
    return tx_.quote(std::string{text});
  }

  /// The driver's own transaction, for COPY and the like. Never commit it or roll it back.
  [[nodiscard]] pqxx::transaction_base& native() {
    return tx_;
  }

 private:
  static void refuse_transaction_command(std::string_view sql);

  pqxx::transaction_base& tx_;
};

}  // namespace projections
