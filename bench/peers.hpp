#pragma once

#include <string>
#include <vector>

#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {

/// A system that people would pick instead; what it does is behind bench/peers/NAME/peer.sh.
struct Peer {
  std::string name;
  std::string script;
  std::string version;  ///< What it says of itself: version and the settings that matter.
};

/// Those that write to tables and whose tools are there, installed; the others are named on
/// standard error with what is missing. None unless --peers was said.
[[nodiscard]] std::vector<Peer> ready_peers(const Stage& stage, Report& report);

/// The drain of each peer, as cases to interleave with the relay's own.
void add_peer_drains(Stage& stage, const std::vector<Peer>& peers, const Backlog& backlog,
                     std::vector<Case>& cases);
/// The live lag of each peer at a rate.
void add_peer_lives(Stage& stage, const std::vector<Peer>& peers, double rate, double length,
                    std::vector<Case>& cases);

}  // namespace bench
