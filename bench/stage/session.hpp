#pragma once

#include <memory>
#include <string>
#include <vector>

struct pg_conn;

namespace bench {

/// A connection to the server that is measured, of the bench's own. One thread at a time.
class Session {
 public:
  using Rows = std::vector<std::vector<std::string>>;  ///< NULL is "".

  /// @throws std::runtime_error when the server cannot be reached.
  explicit Session(const std::string& url);

  /// Runs statements and answers with the rows of the last; with parameters, one statement.
  /// @throws std::runtime_error with what the server says.
  Rows run(const std::string& sql, const std::vector<std::string>& parameters = {});
  /// The first value of the first row; "" for none.
  std::string value(const std::string& sql, const std::vector<std::string>& parameters = {});
  /// That as a number; 0 for none.
  double number(const std::string& sql, const std::vector<std::string>& parameters = {});
  long count(const std::string& sql) { return static_cast<long>(number(sql)); }

  [[nodiscard]] pg_conn* native() { return connection_.get(); }

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace bench
