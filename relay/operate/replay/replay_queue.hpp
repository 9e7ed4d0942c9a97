#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <pqxx/result>

#include "relay/operate/operator_log.hpp"
#include "relay/operate/replay/open_replay.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Another process has taken the replay over, because nothing had been heard of this one.
class ReplayLost : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The next events of a replay, read and not yet done.
struct ReplayBatch {
  pqxx::result rows;          ///< Columns of freshet_claim (V010), then more; in order.
  std::int64_t last = 0;      ///< The place that is done with them.
  std::int64_t vanished = 0;  ///< Events before it that are kept nowhere any more.
  [[nodiscard]] bool empty() const { return rows.empty() && vanished == 0; }
};

/// What became of a batch.
struct ReplayCount {
  std::int64_t sent = 0;
  std::int64_t refused = 0;
};

struct ReplayQueueOptions {
  std::int64_t payload_max_bytes = 16 << 20;
  std::int64_t batch_max_bytes = 32 << 20;
  /// For how long no other process may take it over when nothing is heard of this one. Longer than
  /// a batch takes.
  std::chrono::milliseconds claim{20'000};
};

/// Works a replay off, in order, in short transactions of which none is open in between. What is
/// advanced over is done for good; what is not is read again by the process that goes on.
/// Threads: one at a time. Every call throws pqxx::failure and kin.
class ReplayQueue {
 public:
  using Options = ReplayQueueOptions;

  /// Claims the replay, with an entry in the operator's log. @param connection borrowed.
  /// @throws std::runtime_error in words when another process is at it, or it has ended.
  ReplayQueue(pg::Connection& connection, Replay replay, LogEntry entry, const Options& options);

  /// The next events, `most` at most; none: the end.
  [[nodiscard]] ReplayBatch next(std::int64_t most);
  /// A batch is done. @throws ReplayLost: it was not noted.
  void advance(const ReplayBatch& batch, const ReplayCount& count);
  /// Says that this process lives, while it waits. @throws ReplayLost
  void keep();
  /// Gives it back, so that anybody can go on; at the end, ends it.
  void release();

  /// As far as it is.
  [[nodiscard]] const Replay& replay() const { return replay_; }

 private:
  void note(std::int64_t place, const ReplayCount& count, std::int64_t vanished);

  pg::Connection& connection_;
  Replay replay_;
  Options options_;
  std::string claim_;
  std::int64_t log_id_ = 0;
};

}  // namespace relay::operate
