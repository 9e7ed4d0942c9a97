#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace relay::lanes {

/// Decides up to which seq every transaction that drew one has ended, so that nothing below can
/// still appear. Reading the last seq handed out and then the transactions that may have drawn one
/// gives a candidate; it is decided when all of them have ended. (A writer draws its seq before it
/// has a transaction id, so pg_snapshot_xmin cannot tell.)
/// Pure. Threads: one.
class FloorKeeper {
 public:
  /// What was seen: the sequence first, the open writers after it.
  void observe(std::int64_t last_seq, const std::set<std::string>& open_writers);

  /// Nothing at or below can appear any more; 0 until something is known.
  [[nodiscard]] std::int64_t decided() const { return decided_; }
  /// Whether another look at the open writers can move `decided`.
  [[nodiscard]] bool wants_to_know(std::int64_t last_seq) const {
    return candidate_.has_value() || last_seq != decided_;
  }
  /// The sequence went back (a restore, a failover): everything known is void.
  void forget();

 private:
  struct Candidate {
    std::int64_t seq;
    std::set<std::string> writers;
  };
  std::optional<Candidate> candidate_;
  std::int64_t decided_ = 0;
};

}  // namespace relay::lanes
