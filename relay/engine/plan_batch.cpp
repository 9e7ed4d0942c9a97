#include "relay/engine/plan_batch.hpp"

#include <algorithm>

#include "projections/shortened.hpp"
#include "projections/type_pattern.hpp"
#include "relay/deliveries/retry_schedule.hpp"

namespace relay::engine {
namespace {

using deliveries::Delivery;
using projections::Fate;
using State = Delivery::State;

constexpr int attempts_max = 32'767;  // event_delivery.attempts is a smallint

// Where payloads are read in the server, a bad form shows by the errors of the cast to jsonb: not
// JSON, \u0000, a number beyond numeric, nested too deep.
bool is_unreadable(const decode::DecodedEvent& decoded, const projections::Failure& failure) {
  if (decoded.fault.empty()) return false;
  if (!decoded.malformed || failure.sqlstate.empty()) return true;
  return failure.sqlstate == "22P02" || failure.sqlstate == "22P05" ||
         failure.sqlstate == "22003" || failure.sqlstate == "54001";
}

struct EventState {
  bool wanted = false;
  bool open = false;
  bool left = false;
};

struct Opened {
  std::size_t at;  ///< In the batch.
  Delivery delivery;
  bool wakes;  ///< What waits behind it goes on without it.
};

/// Adds up one batch.
class Sum {
 public:
  Sum(const decode::DecodedBatch& batch, const Chance& chance)
      : batch_(batch), chance_(chance), states_(batch.events.size()) {}

  void add(const ListenerPart& part) {
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      note(part.events[i], part.listener->options(), part.fates[i]);
    }
  }

  void add(const projections::ProjectionOptions& owed) {
    for (std::size_t at = 0; at < states_.size(); ++at) {
      const auto& decoded = batch_.events[at];
      if (!projections::listens(owed, decoded.event.type, decoded.listener_id)) continue;
      states_[at].wanted = true;
      open(at, delivery_of(decoded, owed.name, State::ready));
    }
  }

  BatchPlan result() {
    for (std::size_t at = 0; at < states_.size(); ++at) {
      const decode::DecodedEvent& decoded = batch_.events[at];
      if (decoded.listener_id && !states_[at].wanted) {
        open(at, delivery_of(decoded, std::string{*decoded.listener_id}, State::ready));
      }
    }
    leave_behind();
    for (std::size_t at = 0; at < states_.size(); ++at) {
      if (states_[at].left) continue;
      (states_[at].open ? plan_.end.park : plan_.end.complete)
          .emplace_back(batch_.events[at].event.id);
    }
    for (Opened& opened : opened_) {
      if (states_[opened.at].left) continue;
      Delivery& entry = opened.delivery;
      if (opened.wakes) plan_.end.promote[entry.listener].insert({entry.lane, entry.key});
      plan_.end.entries.deliveries.push_back(std::move(entry));
    }
    return std::move(plan_);
  }

 private:
  void open(std::size_t at, Delivery delivery, bool wakes = false) {
    states_[at].open = true;
    opened_.push_back({at, std::move(delivery), wakes});
  }

  // An event that is left owes nothing yet: it is judged anew, and a delivery of something pending
  // could be settled before the event is parked. A later event of that key that owes something is
  // left, too, or order would break.
  void leave_behind() {
    plan_.left_over = std::ranges::any_of(states_, &EventState::left);
    if (!plan_.left_over) return;
    std::set<deliveries::LaneKey> keys;
    for (std::size_t at = 0; at < states_.size(); ++at) {
      const decode::DecodedEvent& decoded = batch_.events[at];
      deliveries::LaneKey key{decoded.lane, decoded.event.key()};
      EventState& state = states_[at];
      state.left = state.left || (state.open && keys.contains(key));
      if (state.left) keys.insert(std::move(key));
    }
  }

  void note(std::size_t at, const projections::ProjectionOptions& listener, const Fate& fate) {
    const decode::DecodedEvent& decoded = batch_.events[at];
    states_[at].wanted = true;
    switch (fate.kind) {
      case Fate::Kind::done:
        if (!fate.skipped.empty()) {
          plan_.end.entries.remarks.push_back(
              {std::string{decoded.event.id}, listener.name, "skipped", fate.skipped});
        }
        return;
      case Fate::Kind::failed: {
        Delivery entry = failed(decoded, listener, fate.failure, 0, chance_);
        const bool wakes =
            entry.state == State::dead && listener.on_dead == projections::OnDead::skip;
        return open(at, std::move(entry), wakes);
      }
      case Fate::Kind::later: return open(at, postponed(decoded, listener.name, fate, 0));
      case Fate::Kind::waiting:
        return open(at, delivery_of(decoded, listener.name, State::waiting));
      case Fate::Kind::not_reached: states_[at].left = true; return;
    }
  }

  const decode::DecodedBatch& batch_;
  const Chance& chance_;
  std::vector<EventState> states_;
  std::vector<Opened> opened_;
  BatchPlan plan_;
};

}  // namespace

Delivery delivery_of(const decode::DecodedEvent& decoded, const std::string& listener,
                     State state) {
  // An event may be addressed to any text. No listener has a name of more than 64 bytes, so no
  // order depends on such a key; an index must take both.
  constexpr std::size_t name_bytes_max = 64;
  constexpr std::size_t address_bytes_max = 1'000;
  std::string key = decoded.event.key();
  if (listener.size() > name_bytes_max) {
    key = projections::shortened(std::move(key), address_bytes_max);
  }
  return {.event_id = std::string{decoded.event.id},
          .listener = projections::shortened(listener, address_bytes_max),
          .lane = decoded.lane,
          .seq = decoded.event.seq,
          .key = std::move(key),
          .state = state};
}

Delivery failed(const decode::DecodedEvent& decoded, const projections::ProjectionOptions& listener,
                const projections::Failure& failure, int failures, const Chance& chance) {
  Delivery entry = delivery_of(decoded, listener.name, State::retrying);
  entry.attempts = std::min(failures + 1, attempts_max);
  entry.failed_now = true;
  const bool ours = failure.sqlstate == own_failure;
  const bool unreadable = !ours && is_unreadable(decoded, failure);
  const bool for_good = unreadable || failure.kind == projections::FailureKind::crash ||
                        failure.kind == projections::FailureKind::refused;
  if (!for_good) entry.delay = deliveries::next_try(listener.retry, entry.attempts, chance());
  if (!entry.delay) entry.state = State::dead;
  entry.error_class = ours ? "relay" : unreadable ? "payload" : to_string(failure.kind);
  if (unreadable) {
    entry.error = decoded.fault;
  } else {
    entry.error = failure.sqlstate.empty() || ours
                      ? failure.message
                      : failure.message + " (" + failure.sqlstate + ")";
  }
  return entry;
}

Delivery postponed(const decode::DecodedEvent& decoded, const std::string& listener,
                   const Fate& fate, int failures) {
  Delivery entry = delivery_of(decoded, listener, State::retrying);
  entry.attempts = failures;
  entry.delay = std::max(fate.delay, std::chrono::milliseconds{0});
  entry.error_class = "later";
  entry.error = fate.failure.message;
  return entry;
}

BatchPlan plan_batch(const decode::DecodedBatch& batch, const std::vector<ListenerPart>& parts,
                     const listeners::Assignment& assignment, const Chance& chance) {
  Sum sum{batch, chance};
  for (const ListenerPart& part : parts) sum.add(part);
  for (const projections::ProjectionOptions& owed : assignment.owed) sum.add(owed);
  return sum.result();
}

}  // namespace relay::engine
