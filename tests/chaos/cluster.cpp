#include "tests/chaos/cluster.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include <libpq-fe.h>

namespace chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

// Nothing here but faults: what the disk does with a write that it has accepted is not tested, so
// fsync is off, and the server's memory survives in the page cache.
constexpr const char* settings = R"(
listen_addresses = '127.0.0.1'
fsync = off
max_connections = 120
max_prepared_transactions = 4
shared_buffers = 128MB
max_wal_size = 1GB
wal_keep_size = 512MB
log_min_messages = fatal
deadlock_timeout = 500ms
track_commit_timestamp = on
wal_receiver_timeout = 5s
wal_retrieve_retry_interval = 500ms
)";

bool bindable(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

int free_port() {
  static std::random_device random;
  while (true) {  // below the range that outgoing connections draw from
    const int port = 20'000 + static_cast<int>(random() % 12'000);
    if (bindable(port)) return port;
  }
}

std::string postgres_programs() {
  if (const char* chosen = std::getenv("FRESHET_PG_BIN"); chosen != nullptr) return chosen;
  int newest = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib/postgresql"}) {
    if (!std::filesystem::exists(entry.path() / "bin/initdb")) continue;
    newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
  }
  if (newest == 0) throw std::runtime_error{"no PostgreSQL server here; run ./dev setup"};
  return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin";
}

Cluster::Cluster(std::string folder, std::string name)
    : folder_{std::move(folder)}, name_{std::move(name)}, port_{free_port()} {
  std::filesystem::create_directories(tablespace());
  give_to_postgres(folder_);
  give_to_postgres(tablespace());
}

Cluster::~Cluster() {
  if (!server_) return;
  server_->signal(SIGCONT);
  server_->signal(SIGQUIT);
  (void)server_->wait(seconds{10});
}

void Cluster::run(std::vector<std::string> argv) {
  const std::string program = argv[0];
  argv[0] = postgres_programs() + "/" + program;
  if (run_to_end({.argv = argv, .log = folder_ + "/log", .as_postgres = true}) != 0) {
    throw std::runtime_error{program + " failed; see " + folder_ + "/log"};
  }
}

void Cluster::init() {
  run({"initdb", "-D", data(), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8",
       "--no-sync"});
  std::ofstream{data() + "/postgresql.conf", std::ios::app} << settings;
}

void Cluster::clone(const Cluster& primary) {
  std::filesystem::remove_all(data());
  for (const auto& entry : std::filesystem::directory_iterator{tablespace()}) {
    std::filesystem::remove_all(entry.path());
  }
  run({"pg_basebackup", "-D", data(), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d",
       primary.admin_url("postgres") + "?application_name=" + name_, "-T",
       primary.tablespace() + "=" + tablespace()});
}

bool Cluster::answers() const {
  return PQping(admin_url("postgres").c_str()) == PQPING_OK;
}

void Cluster::start() {
  const auto until = Clock::now() + seconds{60};
  while (Clock::now() < until) {
    // After a kill -9 the old processes still hold the shared memory: it ends at once, and again.
    if (!running()) {
      server_ =
          std::make_unique<Child>(Launch{.argv = {postgres_programs() + "/postgres", "-D", data(),
                                                  "-p", std::to_string(port_), "-k", folder_},
                                         .log = folder_ + "/log",
                                         .as_postgres = true});
    }
    for (int i = 0; i < 20 && running(); ++i) {
      if (answers()) return;
      std::this_thread::sleep_for(milliseconds{50});
    }
    std::this_thread::sleep_for(milliseconds{50});
  }
  throw std::runtime_error{name_ + " does not start; see " + folder_ + "/log"};
}

void Cluster::stop(int signal) {
  if (!server_) return;
  server_->signal(SIGCONT);
  server_->signal(signal);
  if (!server_->wait(seconds{30})) server_->signal(SIGKILL);
  (void)server_->wait(seconds{10});
  server_.reset();
}

void Cluster::promote() {
  run({"pg_ctl", "-D", data(), "promote", "-w", "-t", "30"});
}

bool Cluster::running() {
  return server_ && server_->running();
}

std::string Cluster::admin_url(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

}  // namespace chaos
