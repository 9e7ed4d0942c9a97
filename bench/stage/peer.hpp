#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace bench {

/// A system that people would pick instead; what it does is behind bench/peers/NAME/peer.sh.
struct Peer {
  std::string name;
  std::string script;
  std::string version;  ///< What it says of itself: version and the settings that matter.
  bool completes_with_effect = false;  ///< It has the verb drain-tx.
};

/// Runs a verb to its end. @return the last line it printed.
/// @throws std::runtime_error when it fails.
std::string ask(const Peer& peer, const std::vector<std::string>& words, std::chrono::seconds time);

/// The peers whose tools are there, installed, by name; the others are named on standard error with
/// what is missing.
[[nodiscard]] std::vector<Peer> bring_peers();

/// A peer's worker in a process group of its own, ended by SIGTERM to all of it.
class PeerWorker {
 public:
  /// @param words the verb and its arguments.
  PeerWorker(const Peer& peer, const std::vector<std::string>& words);
  ~PeerWorker();
  PeerWorker(const PeerWorker&) = delete;
  PeerWorker& operator=(const PeerWorker&) = delete;

  [[nodiscard]] bool running() { return process_.running(); }
  /// Looks at the memory of the whole group; `peak` is the most that was seen, in MiB.
  void look();
  [[nodiscard]] double peak() const { return peak_; }
  /// @throws std::runtime_error with its last words unless the condition is met.
  void demand(bool met, const std::string& what) const;

 private:
  tests::Process process_;
  double peak_ = 0;
};

}  // namespace bench
