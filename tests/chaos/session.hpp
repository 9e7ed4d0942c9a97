#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

struct pg_conn;

namespace chaos {

using Value = std::optional<std::string>;
using Rows = std::vector<std::vector<Value>>;

/// What went wrong in the database or on the way to it.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, std::string state, bool connection_lost)
      : std::runtime_error{what}, sqlstate{std::move(state)}, lost{connection_lost} {}
  std::string sqlstate;  ///< Empty without an answer of the server.
  bool lost;             ///< The connection is gone: whether the statement ran is not known.
};

/// A connection of the harness: libpq with a deadline on every call, because everything that it
/// talks to may be stopped, cut or silent. For one thread.
class Session {
 public:
  /// @throws DatabaseError without a connection.
  Session(const std::string& url, const std::string& application_name);

  /// Runs a statement, or several without `values`. @return the rows of the last.
  /// @throws DatabaseError; past the deadline the connection is closed and `lost` is set.
  Rows exec(const std::string& sql, const std::vector<Value>& values = {},
            std::chrono::milliseconds deadline = std::chrono::seconds{20});

  /// The first field of the only row, 0 for NULL or no row.
  long number(const std::string& sql, const std::vector<Value>& values = {});
  /// The same as text, "" for NULL or no row.
  std::string text(const std::string& sql, const std::vector<Value>& values = {});
  /// What the server said it did last: "COMMIT", "ROLLBACK", "INSERT 0 3".
  [[nodiscard]] const std::string& tag() const { return tag_; }

 private:
  void wait_for_answer(std::chrono::steady_clock::time_point until);
  [[noreturn]] void fail(const std::string& what);

  std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection_;
  std::string tag_;
};

}  // namespace chaos
