#include "relay/pg/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "relay/pg/conninfo.hpp"

namespace relay::pg {
namespace {

using projections::Failure;
using projections::FailureKind;

// libpq says a line for each host, and a detail in a line that begins with a tab.
std::string one_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      const bool detail = i + 1 < text.size() && text[i + 1] == '\t';
      line += detail ? "," : ";";
    }
    line += static_cast<unsigned char>(text[i]) < 0x20 ? ' ' : text[i];
    if (line.ends_with("  ")) line.pop_back();
  }
  return line;
}

// libpq 17 fails without a word where a process has no descriptor left for a socket.
std::string reason_of(const std::exception& error) {
  std::string said = one_line(error.what());
  if (!said.empty()) return said;
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return "no socket can be made: " + std::generic_category().message(errno);
  ::close(probe);
  return "libpq gives no reason";
}

// libpq gives no SQLSTATE for a connection that was refused, only words.
bool needs_somebody(const std::string& message) {
  for (const char* sign : {"authentication failed", "no password supplied", "does not exist",
                           "no pg_hba.conf entry", "permission denied", "certificate",
                           "could not translate host name", "not permitted to log in"}) {
    if (message.find(sign) != std::string::npos) return true;
  }
  return false;
}

// "session is read-only" is true and helps nobody.
std::string explain(const std::string& message) {
  const bool one_host = message.find("; ") == std::string::npos;
  if (message.find("session is read-only") == std::string::npos &&
      message.find("server is in hot standby mode") == std::string::npos) {
    return message;
  }
  return (one_host ? "" : message + "; ") +
         "the server is a standby or read-only, and a relay must write: name the primary in the "
         "url, or all the hosts that may become one";
}

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

}  // namespace

struct Connection::Driver {
  Driver(const std::string& keywords, Watchdog* watchdog)
      : connection{keywords}, manners{connection} {
    if (watchdog == nullptr) own_watchdog = std::make_unique<Watchdog>();
    line = std::make_unique<Watchdog::Line>(watchdog != nullptr ? *watchdog : *own_watchdog,
                                            connection.sock());
    transaction = std::make_unique<pqxx::nontransaction>(connection);
    tx = std::make_unique<projections::Tx>(*transaction);
  }
  pqxx::connection connection;
  Manners manners;
  std::unique_ptr<Watchdog> own_watchdog;
  std::unique_ptr<Watchdog::Line> line;  // ends before the socket is closed
  std::unique_ptr<pqxx::nontransaction> transaction;
  std::unique_ptr<projections::Tx> tx;
};

Connection::Connection(const std::string& conninfo, const ConnectOptions& options)
    : call_limit_(options.call_limit) {
  const Conninfo info = read_conninfo(conninfo, options.application_name, options.wanted);
  description_ = info.description;
  try {
    driver_ = std::make_unique<Driver>(info.keywords, options.watchdog);
  } catch (const std::exception& error) {
    const std::string message = explain(reason_of(error));
    throw ConnectError{
        "cannot connect to " + description_ + ": " + message,
        Failure{needs_somebody(message) ? FailureKind::configuration : FailureKind::connection, "",
                message}};
  }
}

Connection::~Connection() = default;

projections::Tx& Connection::tx() {
  return *driver_->tx;
}

std::string Connection::quote(std::string_view text) const {
  return driver_->connection.quote(std::string{text});
}

std::string Connection::quote_name(std::string_view name) const {
  return driver_->connection.quote_name(std::string{name});
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
  return driver_->connection.server_version();
}

Script& Script::add(std::string_view sql, const std::vector<std::string>& values) {
  if (!text_.empty()) text_ += ";\n";
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
  const std::string text = std::exchange(text_, {});
  if (text.empty()) return {};
  return std::exchange(unlimited_, false) ? connection_.tx().exec_unchecked(text)
                                          : connection_.exec(text);
}

pqxx::result Script::run_within(std::chrono::milliseconds time) {
  return connection_.exec_within(time, std::exchange(text_, {}));
}

}  // namespace relay::pg
