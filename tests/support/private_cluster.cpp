#include "tests/support/private_cluster.hpp"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/process.hpp"
#include "tests/support/read_file.hpp"

namespace tests {
namespace {

std::string server_program(const std::string& name) {
  const char* folder = std::getenv("FRESHET_PG_BIN");
  if (folder == nullptr) throw std::runtime_error{"FRESHET_PG_BIN is not set: ./dev test sets it"};
  return std::string{folder} + "/" + name;
}

// PostgreSQL refuses to run as root, and looks at its working folder.
std::vector<std::string> as_server(const std::string& folder, std::vector<std::string> command) {
  std::vector<std::string> all{"env", "-C", folder, "HOME=" + folder};
  if (::geteuid() == 0) {
    all.insert(all.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"});
  }
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

}  // namespace

PrivateCluster::PrivateCluster(Empty) : port_(free_port()) {
  folder_ = (std::filesystem::temp_directory_path() / "freshet-cluster-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
  give_to_server(folder_);
}

PrivateCluster::PrivateCluster(std::vector<std::string> initdb) : PrivateCluster(Empty{}) {
  std::vector<std::string> command{server_program("initdb"),
                                   "-D",
                                   folder_ + "/data",
                                   "-U",
                                   "postgres",
                                   "--auth=trust",
                                   "-E",
                                   "UTF8",
                                   "--locale=C.UTF-8",
                                   "--no-sync"};
  command.insert(command.end(), initdb.begin(), initdb.end());
  run(std::move(command));
  for (const char* line : {"listen_addresses = '127.0.0.1'", "fsync = off", "max_connections = 40",
                           "shared_buffers = 32MB", "log_min_messages = fatal"}) {
    configure(line);
  }
  listen_here();
}

PrivateCluster::~PrivateCluster() {
  try {
    // 0 when it is stopped: that would be everybody of this process group.
    if (const pid_t pid = postmaster(); pid > 0) ::kill(pid, SIGCONT);
    stop("immediate");
  } catch (const std::exception&) {
    kill();  // it is not running, or will not end by itself
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// A copy of what lies still: not every PostgreSQL comes with pg_basebackup.
std::unique_ptr<PrivateCluster> PrivateCluster::standby_of(const PrivateCluster& primary) {
  auto standby = std::make_unique<PrivateCluster>(Empty{});
  primary.stop("fast");
  standby->run({"cp", "-R", primary.folder_ + "/data", standby->folder_ + "/data"});
  primary.start();
  standby->run({"touch", standby->folder_ + "/data/standby.signal"});
  standby->configure("primary_conninfo = '" + primary.url() + "'");
  standby->listen_here();
  return standby;
}

void PrivateCluster::listen_here() const {
  configure("port = " + std::to_string(port_));
  configure("unix_socket_directories = '" + folder_ + "'");
}

void PrivateCluster::configure(const std::string& line) const {
  std::ofstream{folder_ + "/data/postgresql.conf", std::ios::app} << line << "\n";
}

void PrivateCluster::start() const {
  std::string why;
  const bool up = eventually([&] {
    try {
      run({server_program("pg_ctl"), "-D", folder_ + "/data", "-l", folder_ + "/log", "-w",
           "start"});
      return true;
    } catch (const std::exception& error) {
      why = error.what();
      return false;
    }
  });
  if (!up) throw std::runtime_error{why + log()};
}

std::string PrivateCluster::log() const {
  return read_file(folder_ + "/log");
}

void PrivateCluster::stop(const std::string& mode) const {
  run({server_program("pg_ctl"), "-D", folder_ + "/data", "-m", mode, "-w", "stop"});
}

void PrivateCluster::make_sure_it_is_down() const {
  try {
    stop("immediate");
  } catch (const std::exception&) {
    const pid_t pid = postmaster();
    if (pid > 0 && ::kill(pid, 0) == 0) throw;
  }
}

void PrivateCluster::kill() const {
  const pid_t pid = postmaster();
  if (pid > 0) ::kill(pid, SIGKILL);
}

void PrivateCluster::promote() const {
  run({server_program("pg_ctl"), "-D", folder_ + "/data", "-w", "promote"});
}

pid_t PrivateCluster::postmaster() const {
  pid_t pid = 0;
  std::ifstream{folder_ + "/data/postmaster.pid"} >> pid;
  return pid;
}

std::string PrivateCluster::url(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

void PrivateCluster::give_to_server(const std::string& path) {
  if (::geteuid() != 0) return;
  const passwd* postgres = ::getpwnam("postgres");
  if (postgres == nullptr || ::chown(path.c_str(), postgres->pw_uid, postgres->pw_gid) != 0) {
    throw std::runtime_error{"a cluster needs the user postgres when root runs the tests"};
  }
}

void PrivateCluster::run(std::vector<std::string> command) const {
  const Ended ended = run_command(as_server(folder_, command));
  if (ended.code != 0) throw std::runtime_error{command.front() + ": " + ended.err + ended.out};
}

}  // namespace tests
