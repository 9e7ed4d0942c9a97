#include "tests/support/pgbouncer.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <pqxx/pqxx>

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/test_database.hpp"

namespace tests {
namespace {

constexpr const char* bouncer_program = "/usr/sbin/pgbouncer";

bool answers(const std::string& url) {
  try {
    pqxx::connection connection{url};
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

bool PgBouncer::available() {
  return std::filesystem::exists(bouncer_program);
}

PgBouncer::PgBouncer(const std::string& database, int pool_size, const std::string& more) {
  folder_ = (std::filesystem::temp_directory_path() / "freshet-bouncer-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
  const int port = free_port();
  std::string host, server_port, user;
  {
    pqxx::connection direct{server_url(database)};
    host = direct.hostname();
    server_port = direct.port();
    user = direct.username();
  }
  const std::string ini = folder_ + "/pgbouncer.ini";
  std::ofstream{ini} << "[databases]\n"
                     << database << " = host=" << host << " port=" << server_port
                     << " user=" << user
                     << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port
                     << "\nadmin_users = " << user
                     << "\nauth_type = any\npool_mode = transaction\ndefault_pool_size = "
                     << pool_size << "\n"
                     << "unix_socket_dir =\nlogfile = " << folder_ << "/log\npidfile =\n"
                     << more << "\n";
  argv_ = {bouncer_program, ini};
  if (::geteuid() == 0) {  // it refuses to run as root
    const passwd* postgres = ::getpwnam("postgres");
    if (postgres == nullptr || ::chown(folder_.c_str(), postgres->pw_uid, postgres->pw_gid) != 0) {
      throw std::runtime_error{"PgBouncer needs the user postgres when root runs the tests"};
    }
    argv_ = {bouncer_program, "-u", "postgres", ini};
  }
  server_ = "postgresql://" + user + "@127.0.0.1:" + std::to_string(port) + "/";
  url_ = server_ + database;
  start();
}

void PgBouncer::start() {
  process_ = std::make_unique<Process>(argv_);
  if (!eventually([this] { return answers(url_); }, std::chrono::seconds{15})) {
    throw std::runtime_error{"PgBouncer does not answer: " + process_->err()};
  }
}

void PgBouncer::stop() {
  process_->signal(SIGTERM);
  (void)process_->wait(std::chrono::seconds{2});
  process_.reset();
}

void PgBouncer::restart() {
  stop();
  start();
}

// The console knows nothing but simple statements outside a transaction.
void PgBouncer::command(const std::string& text) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> console{
      PQconnectdb((server_ + "pgbouncer").c_str()), &PQfinish};
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer{PQexec(console.get(), text.c_str()),
                                                             &PQclear};
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) {
    throw std::runtime_error{"PgBouncer: " + text + ": " + PQerrorMessage(console.get())};
  }
}

PgBouncer::~PgBouncer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tests
