#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "projections/held_keys.hpp"
#include "projections/tx.hpp"
#include "relay/lanes/lane_board.hpp"
#include "relay/store/batch_end.hpp"
#include "relay/store/claim.hpp"

namespace relay::store {

/// A limit on all that is done in a session, for as long as this object lives. Past it the session
/// is cut off, whatever it waits for.
class TimeLimit {
 public:
  TimeLimit() = default;
  virtual ~TimeLimit() = default;
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  /// Whether it was that.
  [[nodiscard]] virtual bool expired() const = 0;
};

/// What a worker does in a store: one transaction after the other, each from a claim to `end` or
/// `rollback`. What its statements throw tells `projections::failure_of` what it asks for; after a
/// failure of kind connection the session is thrown away. Threads: one at a time; `cancel`: any.
class WorkerSession {
 public:
  WorkerSession() = default;
  virtual ~WorkerSession() = default;
  WorkerSession(const WorkerSession&) = delete;
  WorkerSession& operator=(const WorkerSession&) = delete;

  /// How long the work at hand has waited for this session, to be told beside what is slow in it.
  virtual void had_waited(std::chrono::milliseconds time) noexcept { (void)time; }
  /// Which run of which server this is, and which sequences; see `Standing::server_run`.
  [[nodiscard]] virtual std::string server_run() = 0;

  /// Begins a transaction, takes the tickets' lanes as far as they are free, and only then reads
  /// their first pending events above the floors. The lanes that it got share the store's limits,
  /// of events and of bytes, evenly; each gives one event at least, and no more while one of the
  /// tickets is careful. Tops are not minded. Behind a change of the listeners that waits no lane
  /// is had. The caller ends or rolls back, whatever comes of it, also when this throws.
  [[nodiscard]] virtual Claim claim_events(const std::vector<lanes::LaneTicket>& tickets,
                                           Payloads payloads) = 0;
  /// The same of one listener's due and ready deliveries; floors are places, and hold back no retry
  /// that is due. Payloads always travel: a listener with deliveries has failed, or is slow.
  [[nodiscard]] virtual Claim claim_deliveries(const DeliveryQueue& queue,
                                               const std::vector<lanes::LaneTicket>& tickets) = 0;
  /// Of the keys asked for, in claimed lanes: what is open, by listener of the first pass. A dead
  /// letter is open unless the listener skips.
  [[nodiscard]] virtual std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<deliveries::LaneKey>& keys) = 0;
  /// Where handlers write: the transaction of the claim. Valid as long as the session.
  [[nodiscard]] virtual projections::Tx& tx() = 0;
  /// Never null; to be destroyed before the session.
  [[nodiscard]] virtual std::unique_ptr<TimeLimit> within(std::chrono::milliseconds time) = 0;

  /// Writes what the batch came to and commits. @return the store's clock after the commit,
  /// microseconds. @throws CommitRefused; else what a statement met, and the transaction is open.
  virtual std::int64_t end(const BatchEnd& end) = 0;
  /// Ends a transaction, if one is open. @return false: the session is not usable.
  virtual bool rollback() noexcept = 0;
  /// A batch's end over no event at all, in a transaction that is rolled back. @throws what would
  /// keep any batch from ending.
  virtual void rehearse_end() = 0;
  /// Pauses an active listener, and leaves one that is not as it is: its events become deliveries
  /// that wait for its return. Raises the listeners' version. Waits for
  /// batches under way. @param by "relay" or "projection". @throws when they take too long, too;
  /// then nothing is changed.
  virtual void pause_listener(const std::string& name, const std::string& reason,
                              const std::string& by) = 0;
  /// Ends what is under way, and with it the session. Never waits.
  virtual void cancel() noexcept = 0;
};

}  // namespace relay::store
