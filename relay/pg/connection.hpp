#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

#include "projections/failure.hpp"
#include "projections/tx.hpp"
#include "relay/pg/limits.hpp"
#include "relay/pg/slow_statements.hpp"
#include "relay/pg/watchdog.hpp"

namespace relay::pg {

/// Which server will do. The url's own `target_session_attrs` has the last word.
enum class Wanted {
  writer,  ///< A standby or a read-only server is refused, and the url's next host is tried.
  any,     ///< Good enough to look at.
};

/// How a connection introduces itself and how long it waits. Everything else is in the conninfo.
struct ConnectOptions {
  std::string application_name = "freshet";  ///< Shown in pg_stat_activity; 63 bytes at most.
  Wanted wanted = Wanted::writer;
  /// How long `exec` and `Script::run` wait for an answer; 0: for ever, for what may take hours.
  std::chrono::milliseconds call_limit{12'000};
  /// How long connecting to one host may take, where the conninfo says nothing; rounded up to whole
  /// seconds, of which libpq wants two.
  std::chrono::milliseconds connect_timeout{5'000};
  /// Watches many connections with one thread; must outlive them. Null: each has one of its own.
  Watchdog* watchdog = nullptr;
  /// Which statements are told in the log; none by default. What a handler runs by itself is not.
  SlowStatements slow = {};
};

/// One connection without session state: no named statements, no SET, no session locks, so that it
/// works through PgBouncer in transaction mode. Never reconnects by itself: after a failure of kind
/// `connection` it is thrown away. Only text leaves through it as `$n` values or quoted by libpq.
///
/// Deadlines: `connect_timeout` 5 s a host, keepalives and `tcp_user_timeout` 15 s unless the
/// conninfo says otherwise; `call_limit` for each call; a statement's own limit is set by the
/// transaction (`limits.sql`). Threads: one at a time; `cancel` may be called by any.
class Connection {
 public:
  /// Connects. @throws ConnectError in words that name host, port, database and user, never the
  /// password. @param conninfo a libpq URI or keyword string.
  explicit Connection(const std::string& conninfo, const ConnectOptions& options = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement with `$1 … $n` bound; outside BEGIN it commits by itself.
  /// @throws pqxx::failure and kin; see projections::failure_of. Without an answer in time the
  /// connection is given up: pqxx::broken_connection, "no answer within 12 s: …".
  template <class... Args>
  pqxx::result exec(std::string_view sql, const Args&... args) {
    return exec_within(call_limit_, sql, args...);
  }
  /// The same with a limit of its own, for what may wait longer.
  template <class... Args>
  pqxx::result exec_within(std::chrono::milliseconds time, std::string_view sql,
                           const Args&... args) {
    return answer(name_of(sql), time, [&] { return tx().exec_unchecked(sql, args...); });
  }

  /// The transaction handle that handlers get; borrowed, valid as long as this connection. Its
  /// calls have no limit but that of `within`.
  [[nodiscard]] projections::Tx& tx();

  /// One deadline around everything until the guard's end. Past it the socket is shut, whatever is
  /// waited for, and `expired()` tells that from a connection that was lost. Keep the guard
  /// shorter-lived than this connection.
  [[nodiscard]] Watchdog::Limit within(std::chrono::milliseconds time) {
    return Watchdog::Limit{line(), time};
  }

  /// `text` as an SQL literal, quoted by libpq for this connection.
  [[nodiscard]] std::string quote(std::string_view text) const;
  /// `name` as an SQL identifier, quoted by libpq for this connection.
  [[nodiscard]] std::string quote_name(std::string_view name) const;

  /// Rolls back if a transaction is open. Never throws; false: the connection is not usable.
  bool rollback() noexcept;

  /// Ends the running statement, and with it the connection: the socket is shut, the caller of the
  /// statement gets an error at once, the server rolls back as soon as it looks
  /// (`client_connection_check_interval`, half a second). A cancel request proper would wait for
  /// the server, for ever when that is stopped. Any thread. Never waits, never throws.
  void cancel() noexcept;

  /// How long the work at hand had waited for this connection, told beside what is slow in it; 0
  /// until this is called.
  void had_waited(std::chrono::milliseconds time) { waited_ = time; }

  [[nodiscard]] int server_version() const;  ///< 150018 for 15.18.
  [[nodiscard]] std::chrono::milliseconds call_limit() const { return call_limit_; }
  /// "database app on db.example:5432 as relay": for messages; never a password.
  [[nodiscard]] const std::string& description() const { return description_; }

 private:
  friend class Script;
  struct Driver;
  [[nodiscard]] Watchdog::Line& line();
  void refuse_if_given_up() const;

  template <class Call>
  pqxx::result answer(std::string_view name, std::chrono::milliseconds time, const Call& call) {
    const Watchdog::Limit limit{line(), time};
    try {
      StatementTimer timer{slow_, waited_, name};
      return timer.ended(call());
    } catch (const pqxx::failure&) {
      refuse_if_given_up();
      throw;
    }
  }

  std::unique_ptr<Driver> driver_;
  std::string description_;
  std::chrono::milliseconds call_limit_;
  SlowStatements slow_;
  std::chrono::milliseconds waited_{0};
};

/// Connecting failed. `what()` is one clear sentence; `failure` says what it asks for.
class ConnectError : public std::runtime_error {
 public:
  ConnectError(const std::string& sentence, projections::Failure why)
      : std::runtime_error(sentence), failure(std::move(why)) {}
  projections::Failure failure;
};

/// Several statements in one round trip: sent as one simple query, values quoted by libpq.
/// The rows are those of the last statement; an error of any ends them all. Without any there is
/// no round trip, and no rows.
class Script {
 public:
  explicit Script(Connection& connection) : connection_(connection) {}
  /// @param begin a handler's statements, sent first and as they are. As its calls they have no
  /// limit but that of `within`.
  Script(Connection& connection, std::string begin)
      : connection_(connection), text_(std::move(begin)), unlimited_(true) {
    names_.add_name("projection");
  }

  /// Adds a statement; `$1 … $n` are replaced by the quoted values, lines of comment are left out.
  /// Only for statements of our own, in which "$" and a digit mean nothing else.
  Script& add(std::string_view sql, const std::vector<std::string>& values = {});

  /// Adds BEGIN and the transaction's limits.
  Script& begin(const Limits& limits);
  /// Adds the limits alone: for a script without BEGIN, which is a transaction by itself.
  Script& limit(const Limits& limits);

  /// Afterwards it is empty, also when this throws.
  pqxx::result run();
  /// The same with another limit than the connection's, for what may wait longer.
  pqxx::result run_within(std::chrono::milliseconds time);

 private:
  Connection& connection_;
  std::string text_;
  StatementNames names_;
  bool unlimited_ = false;
};

/// A PostgreSQL array literal of numbers, "{1,2,3}", for a `$n::bigint[]`.
template <class Numbers>
std::string number_array(const Numbers& numbers) {
  std::string text = "{";
  for (const auto& number : numbers) {
    if (text.size() > 1) text += ',';
    text += std::to_string(number);
  }
  return text + "}";
}

/// "database app on db.example:5432 as relay": what may be said of a conninfo in a log.
[[nodiscard]] std::string without_password(const std::string& conninfo);

}  // namespace relay::pg
