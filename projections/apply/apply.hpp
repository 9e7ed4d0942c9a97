#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "projections/event.hpp"
#include "projections/failure.hpp"
#include "projections/held_keys.hpp"
#include "projections/registry.hpp"
#include "projections/tx.hpp"

namespace projections {

/// What became of one event of a batch, for one projection.
struct Fate {
  enum class Kind {
    done,         ///< Applied now, or its guard row was there already, or the handler skipped it.
    failed,       ///< It stood alone and failed; nothing of it is left in the transaction.
    waiting,      ///< Not tried: an earlier event of its key waits or failed.
    not_reached,  ///< Not tried: the savepoint budget is spent; it stays as it was.
    later,        ///< The handler asked for it again after `delay`; nothing is counted.
  };
  Kind kind = Kind::not_reached;
  bool fresh = false;        ///< done, and by this very call: its effect is in the transaction.
  Failure failure = {};      ///< failed: why.
  std::string skipped = {};  ///< done by `Context::skip`: the reason.
  std::chrono::milliseconds delay{0};  ///< later.
};

/// Whether a key's events must keep their order: if not, none waits behind one that failed.
enum class Order { by_key, none };

/// How many savepoints one transaction may still open, and for how long; shared by all its
/// projections. The first try of each call is always made. 40 by default: past 64 open-and-closed
/// subtransactions every snapshot of the server pays. To find one failing event in a batch of n
/// takes 2 + 2 log2(n).
struct SavepointBudget {
  int left = 40;
  std::function<bool()> time_is_up = [] { return false; };
  [[nodiscard]] bool spent() const { return left <= 0 || time_is_up(); }
};

/// The transaction cannot go on and must be rolled back; `failure` says what it asks for.
class TransactionOver : public std::runtime_error {
 public:
  explicit TransactionOver(Failure why)
      : std::runtime_error(why.message), failure(std::move(why)) {}
  Failure failure;
};

/// The handler asked to be paused; roll back.
class HaltRequested : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// No event is to blame: the projection cannot work as it stands (a missing table or privilege),
/// and an operator must act. Shown by a syntax error in its SQL, by running the handler over no
/// event at all where it `can_probe`; else by two or more events that all failed so while none
/// passed. Roll back: what passed before may still be in the transaction. `held` is as it was
/// before the call.
class ProjectionBroken : public std::runtime_error {
 public:
  explicit ProjectionBroken(Failure why)
      : std::runtime_error(why.message), failure(std::move(why)) {}
  Failure failure;
};

/// Guards and applies a batch for one projection inside an open transaction: savepoint, guard rows,
/// handler, deferred constraints, release. When that fails the batch is halved until the failing
/// event stands alone. Guard rows stay only with their effect.
///
/// @param batch in `seq` order per key, only events this projection listens to; may be empty.
/// @param held what to pass over; events that fail here are added.
/// @return one fate per event, in the batch's order.
/// Only failures of kind `event` and `configuration` are halved. Once an event is not
/// reached, no later one of the batch is, unless it was done before: no key gets a gap.
/// @throws TransactionOver (connection, conflict, timeout; event: the handler ended the
///   transaction), HaltRequested: the transaction must be rolled back then.
/// @throws ProjectionBroken: see there.
[[nodiscard]] std::vector<Fate> apply_batch(const Projection& projection, const Batch& batch,
                                            HeldKeys& held, SavepointBudget& budget, Tx& tx,
                                            std::stop_token stop, Order order = Order::by_key);

/// What `apply_batch` does to all of these events when each is new and none fails, as one text, to
/// be sent with the statements that follow. Nothing: an answer is needed on the way, and
/// `apply_batch` must be called. When the text fails, or what follows, roll back and call it.
[[nodiscard]] std::optional<std::string> as_sql(const Projection& projection, const Batch& batch,
                                                Tx& tx);

/// False: neither the handler nor the guard looks at payloads in this process, and what
/// `apply_batch` is given need not have them.
[[nodiscard]] bool reads_payload(const Projection& projection);
/// As `reads_payload`, of headers. A handler that reads the one may read the other.
[[nodiscard]] bool reads_headers(const Projection& projection);

/// Runs the handler over no event at all, in a savepoint that is rolled back.
/// @return why the projection cannot work; nothing: it can, or it cannot be asked (`can_probe`).
/// @throws TransactionOver
[[nodiscard]] std::optional<Failure> probe(const Projection& projection, Tx& tx);

}  // namespace projections
