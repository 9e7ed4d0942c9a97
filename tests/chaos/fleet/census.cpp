#include "tests/chaos/fleet/census.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "tests/chaos/dice.hpp"

namespace chaos::fleet {
namespace {

constexpr double ask_every_ms = 100;
constexpr double look_every_ms = 20;

/// Open connections to one of the ports, by inode, with the server of each.
std::map<long, int> connections_to(const std::vector<std::pair<int, int>>& ports) {
  std::map<long, int> all;
  std::ifstream table{"/proc/net/tcp"};
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream words{line};
    std::string word;
    std::string remote;
    std::string state;
    long inode = 0;
    words >> word >> word >> remote >> state;
    for (int i = 0; i < 5; ++i) words >> word;
    if (!(words >> inode) || state != "01" || inode == 0) continue;
    const long port = std::stol(remote.substr(remote.find(':') + 1), nullptr, 16);
    for (const auto& [one, server] : ports) {
      if (one == port) all[inode] = server;
    }
  }
  return all;
}

std::vector<long> sockets_of(pid_t pid) {
  std::vector<long> inodes;
  std::error_code error;
  auto at = std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/fd", error};
  for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(at->path(), gone).string();
    if (!gone && target.starts_with("socket:[")) inodes.push_back(std::stol(target.substr(8)));
  }
  return inodes;
}

template <class Map>
auto values_of(const Map& map) {
  std::vector<typename Map::mapped_type> all;
  for (const auto& [key, value] : map) all.push_back(value);
  return all;
}

}  // namespace

Census::Census(Site& site) : site_{site} {
  for (int server = 0; server < Site::servers; ++server) {
    threads_.emplace_back(
        [this, server](const std::stop_token& stop) { ask_server(stop, server); });
  }
  threads_.emplace_back([this](const std::stop_token& stop) { look_at_sockets(stop); });
}

Census::~Census() {
  stop();
}

void Census::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Census::ask_server(const std::stop_token& stop, int server) {
  std::optional<Session> session;
  while (!stop.stop_requested()) {
    try {
      if (!session) session.emplace(site_.admin(server));
      note_sessions(server, *session);
    } catch (const DatabaseError&) {
      session.reset();
    }
    pause(stop, ask_every_ms);
  }
}

void Census::note_sessions(int server, Session& session) {
  const bool lagged = site_.backends_lag(server);
  const bool catalogue_lagged = site_.backends_lag(Site::catalogue);
  const long before = now_ms();
  const Rows rows = session.exec(
      "SELECT pid, (extract(epoch FROM backend_start) * 1000)::bigint, coalesce(datname, ''), "
      "application_name FROM pg_stat_activity WHERE application_name LIKE '" +
      std::string{relay_application} + "%'");
  if (lagged || site_.backends_lag(server)) return;
  const bool no_catalogue = catalogue_lagged || site_.backends_lag(Site::catalogue);
  const std::lock_guard lock{mutex_};
  for (const auto& row : rows) {
    if (no_catalogue && row[2] == Site::catalogue_name) continue;
    const long pid = std::stol(row[0].value_or("0"));
    const long began = std::stol(row[1].value_or("0"));
    const std::string relay = row[3].value_or("").substr(sizeof relay_application - 1);
    Stay& stay = sessions_[{server, pid, began}];
    stay = {std::atoi(relay.c_str()), server, row[2].value_or(""), began, before};
  }
}

// What is in the kernel's table and then in the process's was there between these two readings.
void Census::look_at_sockets(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::map<long, int> servers_by_inode = connections_to(site_.ports());
    for (std::size_t relay = 0; relay < site_.crew().size(); ++relay) {
      note_sockets(relay, servers_by_inode);
    }
    pause(stop, look_every_ms);
  }
}

void Census::note_sockets(std::size_t relay, const std::map<long, int>& servers_by_inode) {
  const int number = static_cast<int>(relay);
  const Crew::Life life = site_.crew().life(relay);
  const long before = now_ms();
  const std::vector<long> inodes = sockets_of(life.pid);
  const std::lock_guard lock{mutex_};
  lives_.try_emplace({number, life.from_ms}, Life{number, life.from_ms, site_.connections(relay)});
  for (const long inode : inodes) {
    const auto found = servers_by_inode.find(inode);
    if (found == servers_by_inode.end()) continue;
    const auto known = sockets_.find({number, inode});
    if (known != sockets_.end()) {
      known->second.until_ms = before + 1;
    } else if (!site_.backends_lag(found->second)) {
      sockets_[{number, inode}] = {number, found->second, "", before, before + 1};
    }
  }
}

std::vector<Stay> Census::sessions() const {
  const std::lock_guard lock{mutex_};
  return values_of(sessions_);
}

std::vector<Stay> Census::sockets() const {
  const std::lock_guard lock{mutex_};
  return values_of(sockets_);
}

std::vector<Life> Census::lives() const {
  const std::lock_guard lock{mutex_};
  return values_of(lives_);
}

}  // namespace chaos::fleet
