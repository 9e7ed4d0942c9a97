#pragma once

#include <memory>
#include <string>

#include "tests/chaos/child.hpp"

namespace chaos {

/// PgBouncer in transaction mode before the primary. Threads: one at a time.
class Bouncer {
 public:
  /// @param server_port where the primary listens, @param user whom its sessions log in as.
  Bouncer(std::string folder, int server_port, std::string database, std::string user);

  /// Started anew, with kill -9 for the one that runs.
  void restart();
  /// Out of a pause and off servers that are gone; started anew only when it does not answer, since
  /// relays that lose their sessions look everywhere again, and would find what they had lost.
  /// @throws DatabaseError.
  void heal();
  /// Its sessions go to another primary from now on.
  void point_at(int server_port);
  /// PAUSE, RESUME and the like, on its console. @throws DatabaseError.
  void command(const std::string& text);
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] static bool available();

 private:
  void write_settings();

  std::string folder_;
  int server_port_;
  std::string database_;
  std::string user_;
  int port_;
  std::unique_ptr<Child> process_;
};

}  // namespace chaos
