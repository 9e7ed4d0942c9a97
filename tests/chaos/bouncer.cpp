#include "tests/chaos/bouncer.hpp"

#include <csignal>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/chaos/cluster.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {
namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

}  // namespace

bool Bouncer::available() {
  return std::filesystem::exists(program);
}

Bouncer::Bouncer(std::string folder, int server_port, std::string database, std::string user)
    : folder_{std::move(folder)},
      server_port_{server_port},
      database_{std::move(database)},
      user_{std::move(user)},
      port_{free_port()} {
  std::filesystem::create_directories(folder_);
  give_to_postgres(folder_);
  restart();
}

void Bouncer::write_settings() {
  std::ofstream{folder_ + "/pgbouncer.ini"}
      << "[databases]\n"
      << database_ << " = host=127.0.0.1 port=" << server_port_ << " user=" << user_
      << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
      << "\nauth_type = any\nadmin_users = bouncer\npool_mode = transaction\n"
      << "default_pool_size = 4\nserver_login_retry = 1\nserver_connect_timeout = 3\n"
      << "unix_socket_dir =\nlogfile = " << folder_ << "/bouncer.log\npidfile =\n";
}

void Bouncer::restart() {
  if (process_) process_->signal(SIGKILL);
  process_.reset();
  write_settings();
  process_ = std::make_unique<Child>(Launch{
      .argv = {program, folder_ + "/pgbouncer.ini"}, .log = folder_ + "/out", .as_postgres = true});
  for (int i = 0; i < 200; ++i) {
    try {
      command("SHOW VERSION");
      return;
    } catch (const DatabaseError&) {
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }
  throw std::runtime_error{"PgBouncer does not answer; see " + folder_ + "/bouncer.log"};
}

void Bouncer::heal() {
  try {
    command("RESUME");
  } catch (const DatabaseError& error) {
    if (error.lost) return restart();  // else it was not paused
  }
  command("RECONNECT");
}

void Bouncer::point_at(int server_port) {
  server_port_ = server_port;
  write_settings();
  process_->signal(SIGHUP);
}

void Bouncer::command(const std::string& text) {
  Session console{"postgresql://bouncer@127.0.0.1:" + std::to_string(port_) + "/pgbouncer",
                  "harness"};
  console.exec(text);
}

}  // namespace chaos
