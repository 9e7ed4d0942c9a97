#include "relay/engine/outcome_of_batch.hpp"

namespace relay::engine {
namespace {

using projections::Fate;

deliveries::Delivery delivery(const decode::DecodedEvent& decoded, std::string listener,
                              std::string state) {
  return {.event_id = std::string{decoded.event.id},
          .listener = std::move(listener),
          .lane = decoded.lane,
          .seq = decoded.event.seq,
          .key = decoded.event.key(),
          .state = std::move(state),
          .error_class = "",
          .error = ""};
}

deliveries::Delivery dead(const decode::DecodedEvent& decoded, const std::string& listener,
                          const projections::Failure& failure) {
  deliveries::Delivery letter = delivery(decoded, listener, "dead");
  letter.error_class = decoded.fault.empty() ? to_string(failure.kind) : "payload";
  letter.error =
      failure.sqlstate.empty() ? failure.message : failure.message + " (" + failure.sqlstate + ")";
  return letter;
}

struct EventState {
  bool wanted = false;
  bool open = false;
  bool left = false;
};

void note(const decode::DecodedEvent& decoded, const std::string& listener, const Fate& fate,
          EventState& state, deliveries::Entries& entries) {
  state.wanted = true;
  switch (fate.kind) {
    case Fate::Kind::done:
      if (!fate.skipped.empty()) {
        entries.remarks.push_back(
            {std::string{decoded.event.id}, listener, "skipped", fate.skipped});
      }
      return;
    case Fate::Kind::failed:
      state.open = true;
      entries.deliveries.push_back(dead(decoded, listener, fate.failure));
      return;
    case Fate::Kind::waiting:
      state.open = true;
      entries.deliveries.push_back(delivery(decoded, listener, "waiting"));
      return;
    case Fate::Kind::left: state.left = true; return;
  }
}

}  // namespace

BatchOutcome outcome_of(const decode::DecodedBatch& batch, const std::vector<ListenerPart>& parts) {
  BatchOutcome outcome;
  std::vector<EventState> states(batch.events.size());
  for (const ListenerPart& part : parts) {
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      const std::size_t at = part.events[i];
      note(batch.events[at], part.listener->name(), part.fates[i], states[at], outcome.entries);
    }
  }
  for (std::size_t at = 0; at < states.size(); ++at) {
    const decode::DecodedEvent& decoded = batch.events[at];
    EventState& state = states[at];
    if (decoded.listener_id && !state.wanted) {
      state.open = true;
      outcome.entries.deliveries.push_back(
          delivery(decoded, std::string{*decoded.listener_id}, "ready"));
    }
    if (state.left) {
      outcome.left_over = true;  // stays pending; what it already owes is written all the same
    } else {
      (state.open ? outcome.park : outcome.complete).emplace_back(decoded.event.id);
    }
  }
  return outcome;
}

}  // namespace relay::engine
