#include "relay/operate/locks/sweep.hpp"

namespace relay::operate {

std::int64_t sweep(pg::Connection& connection, const std::vector<SweptLane>& lanes,
                   const LogEntry& entry, const ChangeChunk& change, const Progress& progress,
                   std::int64_t log_id) {
  std::int64_t total = 0;
  for (const SweptLane& lane : lanes) total += lane.number;
  std::int64_t done = 0;
  for (const SweptLane& lane : lanes) {
    int changed = chunk_size;
    while (changed >= chunk_size) {
      std::int64_t written = log_id;  // of a transaction that may yet be done again
      under_lane(connection, lane.lane, lane.listener, [&](const HeldLane& held) {
        written = log_id;
        changed = change(held);
        if (changed == 0) return;
        if (written != 0) {
          count_log(connection, written, changed);
        } else {
          written = write_log(connection, entry, changed);
        }
      });
      log_id = written;
      done += changed;
      if (progress) progress(done, std::max(done, total));
    }
  }
  return done;
}

}  // namespace relay::operate
