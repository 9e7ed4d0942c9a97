#pragma once

#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/chaos/fleet/site.hpp"

namespace chaos::fleet {

/// Counts what relays have of sessions, all the time and from two sides. Servers tell of backends,
/// which end a moment after their clients; the kernel tells of the relays' sockets, which are gone
/// when they are closed, but not whether one is a session or asks to cancel what another one does.
///
/// Neither is asked about a server that is stopped, or behind a network that carries nothing: its
/// backends outlive their clients then, some begin for clients that are gone, and requests to
/// cancel stay open. A session counts on if it is still there afterwards. Threads: three of its
/// own.
class Census {
 public:
  explicit Census(Site& site);
  ~Census();
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;

  void stop();
  [[nodiscard]] std::vector<Stay> sessions() const;
  [[nodiscard]] std::vector<Stay> sockets() const;
  [[nodiscard]] std::vector<Life> lives() const;

 private:
  void ask_server(const std::stop_token& stop, int server);
  void look_at_sockets(const std::stop_token& stop);
  void note_sessions(int server, Session& session);
  void note_sockets(std::size_t relay, const std::map<long, int>& servers_by_inode);

  Site& site_;
  mutable std::mutex mutex_;
  std::map<std::tuple<int, long, long>, Stay> sessions_;  ///< By server, process and begin.
  std::map<std::pair<int, long>, Stay> sockets_;          ///< By relay and inode.
  std::map<std::pair<int, long>, Life> lives_;            ///< By relay and start.
  std::vector<std::jthread> threads_;
};

}  // namespace chaos::fleet
