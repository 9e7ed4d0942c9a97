#include "relay/pg/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "relay/pg/connect.hpp"
#include "relay/pg/conninfo.hpp"
#include "schema/statements.hpp"

namespace relay::pg {
namespace {

std::string in_words(std::chrono::milliseconds time) {
  const auto ms = time.count();
  return ms % 1'000 == 0 ? std::to_string(ms / 1'000) + " s" : std::to_string(ms) + " ms";
}

// libpqxx 6 reconnects by itself and prints notices unless told not to.
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct Manners {
  explicit Manners(pqxx::connection& connection) : quiet{connection} {
    connection.inhibit_reactivation(true);
  }
  pqxx::quiet_errorhandler quiet;
};
#pragma GCC diagnostic pop
#else
struct Manners {
  explicit Manners(pqxx::connection& connection) {
    connection.set_notice_handler([](pqxx::zview) noexcept {});
  }
};
#endif

/// Waits at its end until the server has ended a session that was closed meanwhile, which it tells
/// by closing its side: where sessions are few, another is refused before that. A server that takes
/// longer than a moment is not waited for.
class SeesEnd {
 public:
  SeesEnd() = default;
  ~SeesEnd() {
    if (socket_ < 0) return;
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (is_open() && left(deadline) > 0) {
      pollfd answer{socket_, POLLIN, 0};
      if (::poll(&answer, 1, left(deadline)) <= 0) break;
    }
    ::close(socket_);
  }
  SeesEnd(const SeesEnd&) = delete;
  SeesEnd& operator=(const SeesEnd&) = delete;

  void of(int socket) { socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0); }

 private:
  static constexpr std::chrono::milliseconds at_most{50};

  static int left(std::chrono::steady_clock::time_point deadline) {
    const auto time = deadline - std::chrono::steady_clock::now();
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
  }
  [[nodiscard]] bool is_open() const {
    char rest[256];
    const auto got = ::recv(socket_, rest, sizeof rest, MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
  }

  int socket_ = -1;
};

}  // namespace

struct Connection::Driver {
  Driver(std::unique_ptr<pqxx::connection> fresh, Watchdog* watchdog)
      : connection{std::move(fresh)}, manners{*connection} {
    if (watchdog == nullptr) own_watchdog = std::make_unique<Watchdog>();
    line = std::make_unique<Watchdog::Line>(watchdog != nullptr ? *watchdog : *own_watchdog,
                                            connection->sock());
    transaction = std::make_unique<pqxx::nontransaction>(*connection);
    tx = std::make_unique<projections::Tx>(*transaction);
  }
  ~Driver() {
    if (connection->is_open() && !line->given_up()) end.of(connection->sock());
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  SeesEnd end;  // after all others
  std::unique_ptr<pqxx::connection> connection;
  Manners manners;
  std::unique_ptr<Watchdog> own_watchdog;
  std::unique_ptr<Watchdog::Line> line;  // ends before the socket is closed
  std::unique_ptr<pqxx::nontransaction> transaction;
  std::unique_ptr<projections::Tx> tx;
};

Connection::Connection(const std::string& conninfo, const ConnectOptions& options)
    : call_limit_(options.call_limit), slow_(options.slow) {
  const Conninfo info =
      read_conninfo(conninfo, options.application_name, options.wanted, options.connect_timeout);
  description_ = info.description;
  auto fresh = connect(info);
  try {
    driver_ = std::make_unique<Driver>(std::move(fresh), options.watchdog);
  } catch (const std::exception& error) {  // no thread for a watchdog, no memory
    throw connect_error(info, error);
  }
}

Connection::~Connection() = default;

projections::Tx& Connection::tx() {
  return *driver_->tx;
}

std::string Connection::quote(std::string_view text) const {
  return driver_->connection->quote(std::string{text});
}

std::string Connection::quote_name(std::string_view name) const {
  return driver_->connection->quote_name(std::string{name});
}

bool Connection::rollback() noexcept {
  try {
    exec("ROLLBACK");
    return true;
  } catch (...) {
    return false;  // the caller throws the connection away, and the server rolls back
  }
}

void Connection::cancel() noexcept {
  driver_->line->hang_up();
}

Watchdog::Line& Connection::line() {
  return *driver_->line;
}

void Connection::refuse_if_given_up() const {
  if (!driver_->line->given_up()) return;
  throw pqxx::broken_connection{"no answer within " + in_words(driver_->line->allowed()) +
                                ": the connection was given up"};
}

int Connection::server_version() const {
  return driver_->connection->server_version();
}

Script& Script::begin(const Limits& limits) {
  return add(schema::statements::begin).limit(limits);
}

Script& Script::limit(const Limits& limits) {
  return add(schema::statements::limits,
             {std::to_string(limits.lock.count()), std::to_string(limits.statement.count()),
              std::to_string(limits.idle.count())});
}

Script& Script::add(std::string_view sql, const std::vector<std::string>& values) {
  if (!text_.empty()) text_ += ";\n";
  names_.add(sql);
  for (std::size_t i = 0; i < sql.size(); ++i) {
    // A value with a line break in it would end a comment that speaks of it.
    if (sql.substr(i).starts_with("--") && (i == 0 || sql[i - 1] == '\n')) {
      i = std::min(sql.find('\n', i), sql.size());
      continue;
    }
    if (sql[i] != '$' || i + 1 == sql.size() || sql[i + 1] < '1' || sql[i + 1] > '9') {
      text_ += sql[i];
      continue;
    }
    std::size_t number = 0;
    while (i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9') {
      number = number * 10 + static_cast<std::size_t>(sql[++i] - '0');
    }
    text_ += connection_.quote(values.at(number - 1));
  }
  while (!text_.empty() && (text_.back() == '\n' || text_.back() == ';')) text_.pop_back();
  return *this;
}

pqxx::result Script::run() {
  if (!std::exchange(unlimited_, false)) return run_within(connection_.call_limit_);
  const std::string text = std::exchange(text_, {});
  const StatementNames names = std::exchange(names_, {});
  if (text.empty()) return {};
  StatementTimer timer{connection_.slow_, connection_.waited_, names.text()};
  return timer.ended(connection_.tx().exec_unchecked(text));
}

pqxx::result Script::run_within(std::chrono::milliseconds time) {
  const std::string text = std::exchange(text_, {});
  const StatementNames names = std::exchange(names_, {});
  if (text.empty()) return {};
  return connection_.answer(names.text(), time,
                            [&] { return connection_.tx().exec_unchecked(text); });
}

}  // namespace relay::pg
