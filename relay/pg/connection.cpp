#include "relay/pg/connection.hpp"

#include "relay/pg/conninfo.hpp"

namespace relay::pg {
namespace {

using projections::Failure;
using projections::FailureKind;

std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
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
  explicit Driver(const std::string& keywords) : connection{keywords}, manners{connection} {
    transaction = std::make_unique<pqxx::nontransaction>(connection);
    tx = std::make_unique<projections::Tx>(*transaction);
  }
  pqxx::connection connection;
  Manners manners;
  std::unique_ptr<pqxx::nontransaction> transaction;
  std::unique_ptr<projections::Tx> tx;
};

Connection::Connection(const std::string& conninfo, const ConnectOptions& options) {
  const Conninfo info = read_conninfo(conninfo, options.application_name);
  description_ = info.description;
  try {
    driver_ = std::make_unique<Driver>(info.keywords);
  } catch (const std::exception& error) {
    const std::string message = one_line(error.what());
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
  try {
    driver_->connection.cancel_query();
  } catch (...) {
    // Nothing was running, or nobody answers: the caller's deadline decides, not this call.
  }
}

int Connection::server_version() const {
  return driver_->connection.server_version();
}

Script& Script::add(std::string_view sql, const std::vector<std::string>& values) {
  if (!text_.empty()) text_ += ";\n";
  for (std::size_t i = 0; i < sql.size(); ++i) {
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
  return connection_.exec(text_);
}

}  // namespace relay::pg
