#pragma once

#include <memory>
#include <string>

#include "tests/chaos/child.hpp"

namespace chaos {

/// One PostgreSQL server on a data folder of its own, a direct child, so that its postmaster can be
/// killed, stopped and started again on the same data. Threads: one at a time.
class Cluster {
 public:
  /// Makes nothing yet. @param folder is created; the data lies in it. The port is drawn here.
  Cluster(std::string folder, std::string name);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// A new, empty cluster. @throws std::runtime_error with what initdb said.
  void init();
  /// A standby of `primary`, from a base backup; what was here is thrown away. The table space that
  /// the primary keeps in its own `tablespace()` goes to ours.
  void clone(const Cluster& primary);
  /// Starts and waits until it answers, after a kill -9 until the old processes have let go.
  void start();
  /// @param signal SIGTERM smart, SIGINT fast, SIGQUIT immediate, SIGKILL: none of the three.
  void stop(int signal);
  void promote();
  [[nodiscard]] bool running();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] pid_t postmaster() const { return server_ ? server_->pid() : -1; }
  [[nodiscard]] std::string tablespace() const { return folder_ + "/tablespace"; }
  /// As its superuser, over TCP, whatever it is: primary or standby.
  [[nodiscard]] std::string admin_url(const std::string& database) const;

 private:
  void run(std::vector<std::string> argv);
  [[nodiscard]] bool answers() const;
  [[nodiscard]] std::string data() const { return folder_ + "/data"; }

  std::string folder_;
  std::string name_;
  int port_ = 0;
  std::unique_ptr<Child> server_;
};

/// A port that nobody listens on.
int free_port();

/// The folder with initdb, of the newest version or of FRESHET_PG_BIN.
std::string postgres_programs();

}  // namespace chaos
