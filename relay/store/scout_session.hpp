#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "projections/tx.hpp"
#include "relay/flow/crash/flight_remains.hpp"
#include "relay/lanes/kept_floors.hpp"
#include "relay/lanes/lane_board.hpp"
#include "relay/listeners/assignment.hpp"

namespace relay::store {

/// Where a store stands.
struct Standing {
  /// Which run of which server, of which timeline, and which sequences: what was learned of one
  /// holds for no other.
  std::string server_run;
  std::int64_t last_seq = 0;    ///< The last handed out,
  std::int64_t last_place = 0;  ///< and of deliveries; 0: not known.
};

/// Where a scout begins.
struct Start {
  Standing standing;
  lanes::Floors floors;  ///< Those of the floors that are kept which hold here.
};

/// What one look at events saw.
struct Look {
  std::vector<lanes::LaneProbe> lanes;  ///< As they were asked for.
  Standing standing;
};

/// Lanes of listeners' deliveries, side by side: where a look reads, and from which place.
struct DeliveryLanes {
  std::vector<std::string> listeners;
  std::vector<lanes::LaneTicket> lanes;
};

/// A listener's lane that has deliveries to be tried again.
struct RetryLane {
  std::string listener;
  int lane = 0;
  bool due = false;  ///< One of them now.
};

/// What a scout asks of a store: where there is work, how far floors may rise, and who serves whom.
/// No call leaves a transaction open. What is thrown is as in WorkerSession.
/// Threads: one at a time; `cancel`: any.
class ScoutSession {
 public:
  ScoutSession() = default;
  virtual ~ScoutSession() = default;
  ScoutSession(const ScoutSession&) = delete;
  ScoutSession& operator=(const ScoutSession&) = delete;

  /// As WorkerSession's.
  virtual void had_waited(std::chrono::milliseconds time) noexcept { (void)time; }
  /// Marks this run of the server, so that a crash shows: before it is asked where it stands.
  virtual void mark_run() = 0;
  /// What the store is called in a Pulse of its server.
  [[nodiscard]] virtual std::string pulse_name() = 0;
  /// Shows others that this relay is there, though it looks seldom.
  virtual void sign_of_life() = 0;
  /// Where the store stands, with the floors that are kept: those of the same server, the same
  /// timeline, and of sequences that have not gone back since.
  [[nodiscard]] virtual Start start(int lanes) = 0;
  /// The same where floors cannot be read; the last place is not known.
  [[nodiscard]] virtual Standing start_without_floors() = 0;
  /// Keeps floors for relays that start later, of two relays' the higher ones.
  /// @param server_run of whom they were learned; if it is another by now, nothing is kept.
  virtual void keep_floors(const lanes::Floors& floors, const std::string& server_run) = 0;

  /// Looks at these lanes of events, above their floors and up to their tops. @param patience how
  /// long it may take. @throws with a failure of kind timeout past it.
  [[nodiscard]] virtual Look look(const std::vector<lanes::LaneTicket>& where,
                                  std::chrono::milliseconds patience) = 0;
  /// The same for ready deliveries. @return for each of the lanes the lowest place, if any.
  [[nodiscard]] virtual std::vector<std::optional<std::int64_t>> look_at_deliveries(
      const DeliveryLanes& where, std::chrono::milliseconds patience) = 0;
  /// Where these listeners have deliveries to be tried again, a row for each lane.
  [[nodiscard]] virtual std::vector<RetryLane> retries(
      const std::vector<std::string>& listeners) = 0;
  /// Names of the transactions that may hold a seq that they have drawn and not committed.
  [[nodiscard]] virtual std::set<std::string> open_writers() = 0;

  /// Who listens, and what all relays have agreed on, in one snapshot.
  [[nodiscard]] virtual listeners::Registered registered() = 0;
  /// Registers listeners, and says how this store works if no relay has said so. What is paused
  /// stays paused, what was retired is active again, and behind dead letters that are skipped from
  /// now on the first goes on. Forwards are detached while a projection is registered. Raises the
  /// listeners' version, as each change does. No batch straddles the change. @throws when batches
  /// under way take too long, too; then nothing is changed.
  virtual void register_listeners(const std::vector<listeners::Declaration>& declarations,
                                  const std::map<std::string, std::string>& agreed_settings) = 0;
  /// Ends a pause that a relay began, and no other. @throws as above.
  virtual void resume_listener(const std::string& name) = 0;
  /// Does something in a transaction that is rolled back, also when `attempt` throws.
  /// @return what it does.
  virtual bool rehearse(const std::function<bool(projections::Tx&)>& attempt) = 0;
  /// Stores what was in the air when processes died. Every relay runs it alone from now on where
  /// its own thread crashed, or where it was in the air for the second time when a process
  /// vanished: once is most often a kill from outside. Counts rise only for what was alone already.
  /// What is complete is no suspect. Raises the listeners' version, if there is anything to store.
  virtual void store_suspects(const std::vector<flow::FlightRemains>& remains) = 0;

  /// Ends what is under way, and with it the session. Never waits.
  virtual void cancel() noexcept = 0;
};

}  // namespace relay::store
