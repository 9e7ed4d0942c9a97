#include "tests/chaos/servers.hpp"

#include <sys/mount.h>
#include <unistd.h>
#include <csignal>

#include <stdexcept>
#include <thread>

#include "tests/chaos/session.hpp"

namespace chaos {
namespace {

using std::chrono::milliseconds;

constexpr int small_disk_bytes = 192 << 20;

std::string host_port(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

Servers::Servers(const std::string& folder)
    : folder_{folder},
      nodes_{{folder + "/node0", "node0"}, {folder + "/node1", "node1"}},
      ports_{nodes_[0].port(), nodes_[1].port()} {
  mount_small_disks();
  primary().init();
  primary().start();
  Session session{primary().admin_url("postgres"), "harness"};
  session.exec("CREATE TABLESPACE small LOCATION '" + primary().tablespace() + "'");
  session.exec("CREATE DATABASE " + std::string{database});
  standby().clone(primary());
  standby().start();
}

Servers::~Servers() {
  for (Cluster& node : nodes_) node.stop(SIGQUIT);
  if (!mounted_) return;
  for (Cluster& node : nodes_) ::umount2(node.tablespace().c_str(), MNT_DETACH);
}

void Servers::mount_small_disks() {
  if (::geteuid() != 0) return;
  const std::string options = "size=" + std::to_string(small_disk_bytes);
  for (int i = 0; i < 2; ++i) {
    const std::string place = nodes_[i].tablespace();
    if (::mount("tmpfs", place.c_str(), "tmpfs", 0, options.c_str()) != 0) {
      if (i == 1) ::umount2(nodes_[0].tablespace().c_str(), MNT_DETACH);
      return;
    }
    give_to_postgres(place);
  }
  mounted_ = true;
}

std::string Servers::url(const std::string& user, const std::string& password) const {
  return "postgresql://" + user + (password.empty() ? "" : ":" + password) + "@" +
         host_port(ports_[0]) + "," + host_port(ports_[1]) + "/" + database +
         "?target_session_attrs=read-write&connect_timeout=3";
}

std::string Servers::admin_url() const {
  return nodes_[at_].admin_url(database);
}

void Servers::fail_over() {
  {
    Session admin{admin_url(), "harness"};
    admin.exec("ALTER SYSTEM SET synchronous_standby_names = '*'");
    admin.exec("SELECT pg_reload_conf()");
    // What committed before the wait began must have arrived, too.
    std::string flushed;
    for (int i = 0; i < 300 && flushed != "t"; ++i) {
      std::this_thread::sleep_for(milliseconds{100});
      flushed = admin.text(
          "SELECT bool_or(flush_lsn >= pg_current_wal_lsn()) FROM pg_stat_replication "
          "WHERE sync_state = 'sync'");
    }
    if (flushed != "t") throw std::runtime_error{"the standby does not keep up"};
  }
  primary().stop(SIGKILL);
  standby().promote();
  at_ = 1 - at_;
  Session admin{admin_url(), "harness"};
  admin.exec("ALTER SYSTEM RESET synchronous_standby_names");
  admin.exec("SELECT pg_reload_conf()");
}

void Servers::rebuild_standby() {
  standby().stop(SIGQUIT);
  standby().clone(primary());
  standby().start();
}

void Servers::revive() {
  if (primary().postmaster() > 0) ::kill(primary().postmaster(), SIGCONT);
  if (!primary().running()) primary().start();
}

}  // namespace chaos
