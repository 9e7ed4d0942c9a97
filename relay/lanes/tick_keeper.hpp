#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace relay::lanes {

/// A transaction that may hold a seq that it has drawn and not committed.
struct OpenWriter {
  std::string name;                 ///< Of its virtual transaction; of one run of the server.
  std::optional<std::uint64_t> id;  ///< Of the top transaction, once it has one.
};

/// A transaction that was left out of a floor: its seqs lie above one of its own.
struct LateWriter {
  std::uint64_t id = 0;
  std::int64_t floor = 0;

  friend bool operator==(const LateWriter&, const LateWriter&) = default;
};

/// Where an outbox stands that is read as a log: what its snapshot sees can be read. An event that
/// the snapshot does not see has, whenever its transaction commits, a seq above `floor`; or its
/// transaction is one of `late`, and the seq is above the floor of that one.
struct Tick {
  std::string snapshot;  ///< As the store writes it; of a transaction without an id.
  std::int64_t floor = 0;
  std::vector<LateWriter> late;
};

/// Makes ticks of what a scout sees. A writer that is seen for the first time drew its numbers
/// after the look before, so the sequence as it stood then bounds them from below; it holds the
/// floor there until it ends. One that falls far behind and has an id is named instead, so that
/// reads need not begin where it began. Nothing waits for anybody.
/// Pure. Threads: one.
class TickKeeper {
 public:
  /// What positions have in common that are stored: of the highest floor among them, with its list.
  struct Stored {
    std::int64_t floor = 0;
    std::vector<LateWriter> late;
  };

  /// @param late_after how many seqs a writer with an id may hold the floor back.
  explicit TickKeeper(std::int64_t late_after = 10'000) : late_after_(late_after) {}

  /// On a new session, or another run of the server: nothing is known of the writers but that none
  /// of their seqs lies below what was stored before they were looked at.
  /// @param stored read before the first `full`, in a statement of its own.
  void start(Stored stored);

  /// A whole look: the sequence, then the open writers, then the snapshot, in this order, each a
  /// statement of its own, and after `start`. A writer that ends between a snapshot and a look at
  /// the writers would be in neither.
  [[nodiscard]] Tick full(std::int64_t last_seq, const std::vector<OpenWriter>& writers,
                          std::string snapshot);
  /// A look at the snapshot alone: what bounded an earlier one bounds it as well.
  [[nodiscard]] Tick quick(std::string snapshot) const;

 private:
  /// What the seqs of this writer, which was not known, are above.
  [[nodiscard]] std::int64_t bound_of(const OpenWriter& writer) const;

  std::int64_t late_after_;
  Stored stored_;
  std::optional<std::int64_t> seq_before_;       // of the look before
  std::map<std::string, std::int64_t> by_name_;  // bounds of the writers that were open then
  std::map<std::uint64_t, std::int64_t> by_id_;  // the same: a name may change when it is prepared
  Tick last_;
};

}  // namespace relay::lanes
