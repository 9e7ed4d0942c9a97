#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace tests {

/// A PostgreSQL server of a test's own, to be stopped, killed, filled up or promoted. Gone with the
/// destructor. Beside the one of FRESHET_TEST_URL, of the same version (FRESHET_PG_BIN); run as the
/// user postgres when root runs the tests.
class PrivateCluster {
 public:
  /// Made, and not started yet. @param initdb more options of initdb.
  /// @throws std::runtime_error with what initdb said.
  explicit PrivateCluster(std::vector<std::string> initdb = {});
  ~PrivateCluster();
  PrivateCluster(const PrivateCluster&) = delete;
  PrivateCluster& operator=(const PrivateCluster&) = delete;

  /// A streaming standby of a running server, which stops and starts for it; not started yet.
  [[nodiscard]] static std::unique_ptr<PrivateCluster> standby_of(const PrivateCluster& primary);

  /// Adds a line to postgresql.conf, read at the next start or reload.
  void configure(const std::string& line) const;
  /// Starts it and waits until it answers. Tries again for a while: what is left of a killed server
  /// must be gone first. @throws std::runtime_error with the end of its log.
  void start() const;
  /// @param mode "fast" or "immediate".
  void stop(const std::string& mode = "fast") const;
  /// An immediate stop of one that may have ended by itself.
  void make_sure_it_is_down() const;
  /// kill -9 of the postmaster; its children see it and end, but for those that wait for a lock
  /// inside the server.
  void kill() const;
  void promote() const;

  [[nodiscard]] pid_t postmaster() const;
  /// What the server wrote to its log so far: fatal errors and panics.
  [[nodiscard]] std::string log() const;
  [[nodiscard]] int port() const { return port_; }
  /// Owned by the server's user.
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string url(const std::string& database = "postgres") const;

  /// Gives a file or folder to the user that the server runs as.
  static void give_to_server(const std::string& path);

 private:
  struct Empty {};

 public:
  explicit PrivateCluster(Empty);  ///< For our own: a folder and a port, with nothing in it.

 private:
  void listen_here() const;
  void run(std::vector<std::string> command) const;

  std::string folder_;
  int port_;
};

}  // namespace tests
