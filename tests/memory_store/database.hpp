#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/memory_store/hooks.hpp"
#include "tests/memory_store/locks.hpp"
#include "tests/memory_store/rows.hpp"
#include "tests/memory_store/transaction.hpp"

namespace tests::memory {

class Session;
class Writer;

/// A rule that may be broken on purpose, for checkers that should miss it.
enum class Rule {
  lane_lock,         ///< A lane is held by one.
  read_before_lock,  ///< A claim's snapshot is taken after its lanes are held.
  event_lock,        ///< Who settles deliveries of an event has it locked.
};

struct DatabaseOptions {
  int lanes = 2;
  /// The store's clock, microseconds; by default it stands still.
  std::function<std::int64_t()> clock = nullptr;
  /// By default a stable hash of the key, modulo `lanes`.
  std::function<int(const std::string& key)> lane_of = nullptr;
  Hooks hooks = {};
  int waits_at_most = 1'000;  ///< Pauses while a lock is waited for; then 55P03.
  bool may_lose = false;      ///< Whether a crash takes back what nobody waited for.
};

/// The outbox of one database, in memory, and its server: what several relays, writers and
/// operators share. Everything that PostgreSQL would do at once is done at once; where others may
/// come between there is a `Pause`. Deterministic. Threads: one at a time. Must outlive all that
/// borrow it.
///
/// The rules are those of schema/statements and relay/store/outbox; tests/contract holds both to
/// the same promises.
class Database {
 public:
  explicit Database(DatabaseOptions options = {});
  ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // For tests.
  [[nodiscard]] const Rows& rows() const { return rows_; }
  /// Rows put right by hand, as somebody with psql would.
  [[nodiscard]] Rows& by_hand() { return rows_; }
  [[nodiscard]] std::int64_t last_seq() const { return last_seq_; }
  [[nodiscard]] std::int64_t last_place() const { return last_place_; }
  [[nodiscard]] std::int64_t now_us() const { return options_.clock ? options_.clock() : 0; }
  [[nodiscard]] int lane_of(const std::string& key) const;
  [[nodiscard]] int lanes() const { return options_.lanes; }
  [[nodiscard]] bool is_held(const std::string& drainer, int lane) const {
    return locks_.held(drainer, lane);
  }
  [[nodiscard]] Hooks& hooks() { return options_.hooks; }
  /// What a handler did in the open transaction that this names belongs to it: called when it ends,
  /// and once more if a crash takes it back.
  void when_it_ends(projections::Tx& tx, WhenItEnds tell);

  /// Sessions that were opened by this name are gone, as when their process was killed.
  void kill(const std::string& who);
  /// The server crashes and starts again: all sessions and writers are gone, it is another run, and
  /// (`may_lose`) what was committed without waiting for the disk since it last caught up is lost.
  void crash();
  /// It is stopped and started: as a crash, and nothing is lost.
  void restart();
  /// Another server has taken over, in another timeline; what the old one had not written to its
  /// disk is lost.
  void fail_over();
  /// The disk has caught up.
  void flush();
  /// The sequences continue from here (setval), which leaves their files as they are.
  void set_sequences(std::int64_t last_seq, std::int64_t last_place);
  /// Sessions that are opened are refused; nothing: no longer.
  void be_down(std::optional<projections::Failure> why) { down_ = std::move(why); }
  /// No batch can be ended, as when a table of ours is missing; nothing: they can.
  void break_ends(std::optional<projections::Failure> why) { broken_end_ = std::move(why); }
  /// Nothing: none is broken.
  void break_rule(std::optional<Rule> rule) { broken_rule_ = rule; }
  [[nodiscard]] bool breaks(Rule rule) const { return broken_rule_ == rule; }
  /// A relay has shown that it serves a listener.
  void saw(const std::string& listener, const std::string& instance);

  // For sessions and writers.
  [[nodiscard]] Locks& locks() { return locks_; }
  [[nodiscard]] std::int64_t draw_seq() { return ++last_seq_; }
  [[nodiscard]] std::int64_t draw_place() { return ++last_place_; }
  [[nodiscard]] const std::string& server_run() const { return server_run_; }
  [[nodiscard]] const std::string& server() const { return server_; }
  void mark_run();
  [[nodiscard]] std::set<std::string> open_writers() const;
  [[nodiscard]] const std::optional<projections::Failure>& down() const { return down_; }
  [[nodiscard]] const std::optional<projections::Failure>& broken_end() const {
    return broken_end_;
  }
  void pause(Pause pause) const {
    if (options_.hooks.between) options_.hooks.between(pause);
  }
  [[nodiscard]] int waits_at_most() const {
    return options_.hooks.between ? options_.waits_at_most : 0;
  }
  /// Whether another open transaction than this has written the delivery.
  [[nodiscard]] bool is_being_written(const std::string& event_id, const std::string& listener,
                                      const Transaction& but) const;
  /// The rows, for locks; what is written goes through a transaction.
  [[nodiscard]] Rows& locked_rows() { return rows_; }
  void commit(Transaction& transaction, bool wait_for_disk);
  void roll_back(Transaction& transaction);
  void commit(std::vector<EventRow>&& events);
  void add(Session& session) { sessions_.push_back(&session); }
  void remove(const Session& session);
  void add(Writer& writer) { writers_.push_back(&writer); }
  void remove(const Writer& writer);
  [[nodiscard]] std::string next_writer() { return "3/" + std::to_string(++writers_so_far_); }
  /// Those of one store.
  void kill_all_of(const void* store);

 private:
  template <class Which>
  void cut_off(Which which, const char* why);
  void end_all();
  void begin_run(bool lose);
  void name_run();
  void note_undurable(bool wait_for_disk);

  DatabaseOptions options_;
  Rows rows_;
  Locks locks_;
  std::int64_t last_seq_ = 1;  ///< 1 means older than the sequence (V002).
  std::int64_t last_place_ = 0;
  std::vector<Session*> sessions_;
  std::vector<Writer*> writers_;
  int writers_so_far_ = 0;
  int timeline_ = 1;
  int starts_ = 1;
  int token_ = 0;  ///< 0: nobody has marked this run.
  int tokens_so_far_ = 0;
  std::string server_run_;
  std::string server_;
  std::optional<projections::Failure> down_;
  std::optional<projections::Failure> broken_end_;
  std::optional<Rule> broken_rule_;
  std::optional<Rows> durable_;  ///< What a crash leaves; nothing: all there is.
  std::vector<WhenItEnds> undurable_;
};

}  // namespace tests::memory
