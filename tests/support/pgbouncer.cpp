#include "tests/support/pgbouncer.hpp"

#include <arpa/inet.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <pqxx/pqxx>

#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace tests {
namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error{"no free port"};
  return ntohs(address.sin_port);
}

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
  return std::filesystem::exists(program);
}

PgBouncer::PgBouncer(const std::string& database) {
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
                     << "\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n"
                     << "unix_socket_dir =\nlogfile = " << folder_ << "/log\npidfile =\n";
  std::vector<std::string> argv{program, ini};
  if (::geteuid() == 0) {  // it refuses to run as root
    const passwd* postgres = ::getpwnam("postgres");
    if (postgres == nullptr || ::chown(folder_.c_str(), postgres->pw_uid, postgres->pw_gid) != 0) {
      throw std::runtime_error{"PgBouncer needs the user postgres when root runs the tests"};
    }
    argv = {program, "-u", "postgres", ini};
  }
  process_ = std::make_unique<Process>(argv);
  url_ = "postgresql://" + user + "@127.0.0.1:" + std::to_string(port) + "/" + database;
  if (!eventually([this] { return answers(url_); }, std::chrono::seconds{15})) {
    throw std::runtime_error{"PgBouncer does not answer: " + process_->err()};
  }
}

PgBouncer::~PgBouncer() {
  process_->signal(SIGTERM);
  (void)process_->wait(std::chrono::seconds{2});
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tests
