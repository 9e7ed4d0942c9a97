#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

namespace relay::lanes {

using Moment = std::chrono::steady_clock::time_point;
using Now = std::function<Moment()>;  ///< Tells the time. Threads: any.

/// A lane that a worker may try, with what it needs to read it.
struct LaneTicket {
  int lane = 0;
  std::int64_t floor = 0;  ///< Nothing pending at or below it.
  bool careful = false;    ///< One event per transaction: a batch of this lane failed as a whole.
  bool alone = false;      ///< And nothing beside it in this process: it may be a crash's suspect.
  std::int64_t top = std::numeric_limits<std::int64_t>::max();  ///< A look reads no further.
};

/// What the probe saw of a lane.
struct LaneProbe {
  int lane = 0;
  std::optional<std::int64_t> lowest;  ///< Lowest pending seq above `from` and up to `top`.
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t top = std::numeric_limits<std::int64_t>::max();

  /// Above `from` and up to here nothing is pending.
  [[nodiscard]] std::int64_t nothing_to() const { return lowest ? *lowest - 1 : top; }
};

/// Which lanes have work, who of this process is on them, and where their reads start. It holds no
/// truth: the lane's row lock in the database does. Threads: any.
class LaneBoard {
 public:
  /// @param ordered false: workers of all relays share lanes, so a read says nothing about what
  /// remains below it, and only probes raise floors.
  explicit LaneBoard(int lanes, bool ordered = true);

  /// Up to `most` lanes that have work and that are not taken, in turn; up to `shallow`, if that is
  /// more, while none of them is known to hold more than a claim takes. A careful lane comes alone.
  /// Of lanes that hold more than a claim takes, one whose floor is more than 10,000 ahead of
  /// another's lets its turn pass, but never twice in a row: a backlog is read from few of the
  /// table's pages at a time. Every ticket must be given back by `done` or `give_back`;
  /// TakenLanes does so whatever happens.
  [[nodiscard]] std::vector<LaneTicket> take(int most, Moment now, int shallow = 0);

  /// The worker leaves the lane. @param more whether it saw more than it took; if not, as where
  /// another relay is on the lane, it is not tried before the next probe finds work in it.
  void done(int lane, bool more);
  /// Nothing of the lane was committed: it has work, and as much as was known of it.
  void give_back(int lane);
  /// The lane is not to be tried before then.
  void rest(int lane, Moment until);
  /// The lane's next `events` come one to a transaction. They are counted, since retries come in no
  /// order of places.
  void be_careful(int lane, std::size_t events);
  /// The next one that passes has nothing beside it.
  void be_alone(int lane);
  /// So many events of the lane were committed, up to this seq; none: nothing is left to be careful
  /// with. Before `done`.
  void passed(int lane, std::size_t events, std::int64_t seq);
  /// For events: of this lane, everything pending up to this seq was committed. The floor rises to
  /// it, but not past what had been decided when the lane was taken, so that later reads do not
  /// walk over dead entries. Before `done`.
  void committed_up_to(int lane, std::int64_t seq);

  /// For events: this one, the first of the lane, stays pending and is not to be read again before
  /// a sweep pulls the floor down. Before `done`. @return false: not yet, since something below it
  /// may still appear.
  [[nodiscard]] bool step_over(int lane, std::int64_t seq);

  /// Where a probe that begins now reads, and from where: one lane at least, and of those that are
  /// known to wait for a worker no other. Their floors rise as they are worked off
  /// (`committed_up_to`); in a backlog that is nearly all lanes. All of them where nothing is
  /// ordered. A lane that was read in part is read on from there, and one that was read to its end
  /// from the watermark, if that lies above its floor.
  /// @param ahead from the watermark in any case: what is new need not wait until all parts are
  /// read. It moves no floor.
  [[nodiscard]] std::vector<LaneTicket> begin_probe(bool ahead = false);
  /// What that probe found. A lane that was committed meanwhile may have nothing left of it; the
  /// next probe tells. @param decided what the floor keeper had decided before the probe began:
  /// floors rise to it, but never past a pending event, nor past what was not read, nor when they
  /// were forgotten meanwhile. Where a lane's parts were read before enough was decided, they are
  /// read once more when it is.
  void found(const std::vector<LaneProbe>& probes, std::int64_t decided);
  /// The next probe reads from the floors: what has come late may lie between them and where probes
  /// have read on.
  void walk_again();
  /// What a sweep from the start found: work, where probes no longer read. A pending event at or
  /// below the floor pulls the floor down, and the worker on the lane does not raise it, having
  /// read from further on.
  void swept(const std::vector<LaneProbe>& probes);
  /// For deliveries, whose floors follow what was read: work was seen in these lanes. A worker that
  /// is on one may have read before it was there, so the lane is given once more when it leaves.
  void found_work(const std::vector<int>& lanes);
  /// Drawn a while ago, so its transaction has most likely committed (`Watermark`). Floors of
  /// deliveries rise to this place, but no further; what is committed later a sweep finds. Those of
  /// events rise to what is decided; probes read on from the watermark until `walk_again`.
  void set_watermark(std::int64_t number);
  /// For deliveries: what a look saw. Work is marked as by `found_work`, and floors rise to where
  /// nothing was seen.
  void looked(const std::vector<LaneProbe>& probes);
  /// For deliveries: everything up to this place has been dealt with. The floor rises to it, but
  /// not past the watermark. Before `done`.
  void read_up_to(int lane, std::int64_t place);
  /// Reads start from the beginning again.
  void forget_floors();
  /// After that: floors that are known to hold, by lane; empty: none are.
  void start_from(const std::vector<std::int64_t>& floors);

  /// Floors that hold for others, too: below what was stepped over here.
  [[nodiscard]] std::vector<std::int64_t> floors_to_keep() const;
  [[nodiscard]] std::int64_t floor_of(int lane) const;
  /// Whether any lane is known to have work.
  [[nodiscard]] bool any_work() const;
  /// Lanes that are not known to have work, or that are taken: where a probe may find what the
  /// board does not know.
  [[nodiscard]] std::vector<LaneTicket> unmarked() const;
  /// Lanes that have work and that are not taken.
  [[nodiscard]] int waiting(Moment now) const;
  /// Whether one of those is known to hold more than a claim takes.
  [[nodiscard]] bool deep_waiting(Moment now) const;
  /// Lanes that workers of this relay have taken.
  [[nodiscard]] int taken() const;
  [[nodiscard]] int size() const { return static_cast<int>(lanes_.size()); }

 private:
  struct Lane {
    std::int64_t floor = 0;
    std::int64_t walked = 0;   ///< Probes have come so far above the floor, and read on from here.
    std::int64_t decided = 0;  ///< By the time it was taken.
    /// The lowest that was stepped over, unless a sweep came back to it. Where another relay has
    /// passed it since, what is kept stays lower than it could be, until the next start.
    std::optional<std::int64_t> left;
    std::size_t careful_with = 0;  ///< So many events.
    bool alone = false;
    std::int64_t passed_to = 0;
    std::uint64_t passed_in = 0;  ///< The probe that had begun by then.
    Moment rests_until{};
    bool has_work = false;
    bool deep = false;         ///< Who took it last saw more than it took.
    bool passed_over = false;  ///< It let its last turn pass.
    bool taken = false;
    bool found_meanwhile = false;  ///< By `found_work` or a sweep, while it is taken.
    bool pulled_down = false;      ///< By a sweep, while it is taken.
  };
  [[nodiscard]] static bool ready(const Lane& lane, Moment now) {
    return lane.has_work && !lane.taken && lane.rests_until <= now;
  }

  [[nodiscard]] std::int64_t furthest_behind(Moment now) const;
  [[nodiscard]] std::vector<LaneTicket> to_ask(bool all) const;
  void raise_floor(Lane& lane, std::int64_t to) const;
  static void mark(Lane& lane);
  static void leave(Lane& lane, bool has_work);
  void walk_on(Lane& lane, const LaneProbe& probe, std::int64_t decided) const;

  mutable std::mutex mutex_;
  std::vector<Lane> lanes_;
  bool ordered_;
  std::size_t next_ = 0;
  std::int64_t watermark_ = 0;
  std::int64_t decided_ = 0;  ///< By the floor keeper, before the probe that was found last.
  std::uint64_t probe_ = 0;   ///< The last that began; the first is 1.
  bool forgotten_ = false;    ///< The floors, since it began.
};

}  // namespace relay::lanes
