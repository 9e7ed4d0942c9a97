#pragma once

#include <string>
#include <vector>

#include "bench/stage/outbox.hpp"
#include "bench/stage/peer.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {

/// The peers that write to tables, brought once; their versions go into the report. None unless
/// --peers was said.
[[nodiscard]] std::vector<Peer> ready_peers(const Stage& stage, Report& report);

/// The drain of each peer, as cases to interleave with the relay's own.
void add_peer_drains(Stage& stage, const std::vector<Peer>& peers, const Backlog& backlog,
                     std::vector<Case>& cases);
/// The live lag of each peer at a rate.
void add_peer_lives(Stage& stage, const std::vector<Peer>& peers, double rate, double seconds,
                    std::vector<Case>& cases);
/// Debezium, which reads its outbox from the server's log and writes to a topic: the drain of a
/// backlog and the lag at 500 events/s. Needs a server with wal_level = logical.
void add_peer_forwards(Stage& stage, Report& report, const Backlog& backlog, double seconds,
                       std::vector<Case>& cases);

}  // namespace bench
