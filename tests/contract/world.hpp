#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/store/store.hpp"

namespace tests::contract {

/// What somebody publishes; its key is "thing" and `key`, or its own id.
struct NewEvent {
  std::optional<std::string> key = {};
  std::string type = "Thing";
  std::optional<std::string> payload = "{}";
  std::optional<std::string> headers = {};
  std::optional<std::string> listener_id = {};
  std::optional<std::int64_t> seq = {};  ///< By hand.
};

/// What came of it.
struct Sent {
  std::string id;
  std::int64_t seq = 0;
  int lane = 0;
  std::string key;  ///< As deliveries have it.
};

/// A transaction that publishes; rolled back at its end unless committed.
class OpenWriter {
 public:
  OpenWriter() = default;
  virtual ~OpenWriter() = default;
  OpenWriter(const OpenWriter&) = delete;
  OpenWriter& operator=(const OpenWriter&) = delete;
  virtual Sent insert(const NewEvent& event) = 0;
  virtual void commit() = 0;
};

/// A row of the deliveries, as a checker reads it.
struct Owed {
  std::string event_id;
  std::string state;
  int attempts = 0;
  std::int64_t place = 0;
  std::optional<std::chrono::milliseconds> due_in = {};
  std::string error_class = {};
  std::string error = {};
};

/// As relay::store::outbox::ClaimLimits.
struct Limits {
  bool ordered = true;
  int batch_size = 500;
  std::int64_t payload_max_bytes = 1'000;
  std::int64_t batch_max_bytes = 1'000'000;
};

inline constexpr int lanes = 64;

/// A store under test, and what tests need beside it: writers, operators, the server, and eyes.
class World {
 public:
  World() = default;
  virtual ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// A relay's store. @param instance what it calls itself.
  [[nodiscard]] virtual std::unique_ptr<relay::store::Store> store(const Limits& limits,
                                                                   const std::string& instance) = 0;
  /// One whose server cannot be reached.
  [[nodiscard]] virtual std::unique_ptr<relay::store::Store> store_out_of_reach() = 0;

  [[nodiscard]] virtual int lane_of_key(const std::string& key) = 0;
  [[nodiscard]] virtual std::unique_ptr<OpenWriter> open_writer() = 0;
  virtual void remove(const std::string& event_id) = 0;

  // Eyes: what is committed.
  /// "pending", "parked", "complete" or "gone".
  [[nodiscard]] virtual std::string state_of(const std::string& event_id) = 0;
  /// A listener's deliveries by seq.
  [[nodiscard]] virtual std::vector<Owed> owed_to(const std::string& listener) = 0;
  /// "1 event boom, 2 event boom"; 0 are remarks.
  [[nodiscard]] virtual std::string attempts(const std::string& listener,
                                             const std::string& event_id) = 0;

  // Handlers.
  /// Leaves a mark in the transaction.
  virtual void make_effect(projections::Tx& tx) = 0;
  /// A text for `BatchEnd::effect` that does the same, and one that fails.
  [[nodiscard]] virtual std::string effect_text() = 0;
  [[nodiscard]] virtual std::string failing_text() = 0;
  [[nodiscard]] virtual int effects() = 0;

  // The server, and others in it.
  virtual void pass_time(std::chrono::milliseconds time) = 0;
  /// Every COMMIT of a batch that completes an event is refused, with SQLSTATE 23514.
  virtual void refuse_commits() = 0;
  /// No batch can be ended; then it can again.
  virtual void break_ends() = 0;
  virtual void mend_ends() = 0;
  /// While this lives looks take longer than any patience.
  [[nodiscard]] virtual std::shared_ptr<void> slow_looks() = 0;
  /// The session's time passes, and it is in a statement by then.
  virtual void sleep_in(relay::store::WorkerSession& session, std::chrono::milliseconds time) = 0;
  /// Sessions that were opened by this name are cut off.
  virtual void cut_off(const std::string& who) = 0;
  /// Runs `call`; once it waits for another's lock, `other`. @throws what `call` throws.
  virtual void while_it_waits(const std::function<void()>& call,
                              const std::function<void()>& other) = 0;
  /// Runs `call` until it waits, which then takes too long.
  virtual void while_it_waits_too_long(const std::function<void()>& call) = 0;
  /// The mark of this run is gone, as after a crash.
  virtual void crash() = 0;
  /// What was kept is of another server.
  virtual void change_server() = 0;
  virtual void set_last_seq(std::int64_t seq) = 0;

  // Operators, and other relays.
  virtual void pause_by_hand(const std::string& listener) = 0;
  virtual void resume_by_hand(const std::string& listener) = 0;
  virtual void retire(const std::string& listener) = 0;
  virtual void retry_dead(const std::string& listener) = 0;
  virtual void discard_dead(const std::string& listener) = 0;
  virtual void saw(const std::string& listener, const std::string& instance) = 0;
};

using MakeWorld = std::unique_ptr<World> (*)();

[[nodiscard]] std::unique_ptr<World> in_memory();
[[nodiscard]] std::unique_ptr<World> in_postgres();

}  // namespace tests::contract
