#include "relay/engine/listener_part.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "projections/failpoint.hpp"
#include "relay/listeners/assignment.hpp"

namespace relay::engine {
namespace {

using projections::Fate;
using projections::HeldKeys;

projections::Failure crash_failure(const flow::Suspicion& suspicion) {
  return {projections::FailureKind::crash, "",
          "the process died of it " + std::to_string(suspicion.crashes + suspicion.kills) +
              " times while it ran alone"};
}

/// Why an event fails without its handler being called.
std::optional<projections::Failure> known_failure(const decode::DecodedEvent& decoded,
                                                  const listeners::Listener& listener,
                                                  const Call& call, bool owed) {
  if (!(listener.reads_payload() ? decoded.is_fit(listener.takes_empty())
                                 : decoded.is_fit_for_sql())) {
    return projections::Failure{projections::FailureKind::event, "", decoded.fault};
  }
  if (call.quarantined.empty() && call.suspects.empty()) return std::nullopt;
  const std::pair who{std::string{decoded.event.id}, listener.name()};
  const auto suspect = call.suspects.find(who);
  if (suspect != call.suspects.end() && flow::judge(suspect->second) == flow::Verdict::dead) {
    return crash_failure(suspect->second);
  }
  auto known = call.quarantined.find(who);
  // Without a name: the first pass could not complete it for any listener.
  if (known == call.quarantined.end() && !owed) known = call.quarantined.find({who.first, ""});
  return known == call.quarantined.end() ? std::nullopt : std::optional{known->second};
}

std::vector<Fate> in_bounds(const listeners::Listener& listener,
                            const std::vector<projections::Event>& events, const Call& call,
                            const Handling::Handler& handler) {
  const auto failed = [&](const projections::Failure& why) {
    return failed_in_handler(events.front().id, listener.name(), why);
  };
  const auto stopped = [&](std::string why, std::string by) {
    return PassFailed{{.where = PassFailure::Where::listener_stopped,
                       .failure = {projections::FailureKind::event, "", std::move(why)},
                       .stopped = listener.name(),
                       .paused_by = std::move(by)}};
  };
  try {
    return call.handling.call(listener, events, handler);
  } catch (const projections::TransactionOver& over) {
    throw failed(over.failure);
  } catch (const projections::ProjectionBroken& broken) {
    throw stopped("it cannot work: " + broken.failure.message, "relay");
  } catch (const listeners::ListenerDown& down) {
    projections::Failure why{projections::FailureKind::event, "", down.what()};
    if (projections::sabotaged("forward_counts_attempts")) throw failed(why);
    throw PassFailed{{.where = PassFailure::Where::listener_down, .failure = std::move(why)}};
  } catch (const projections::HaltRequested& halt) {
    throw stopped(std::string{"it asked to halt: "} + halt.what(), "projection");
  }
}

std::vector<Fate> apply(listeners::Listener& listener,
                        const std::vector<projections::Event>& events, HeldKeys& held,
                        const Call& call) {
  return in_bounds(listener, events, call, [&](std::stop_token stop) {
    return listener.apply(projections::Batch{events}, held, call.budget, call.tx, std::move(stop),
                          call.order);
  });
}

ListenerPart run(listeners::Listener& listener, const decode::DecodedBatch& batch, HeldKeys held,
                 const Call& call, const HeldFrom* held_from) {
  const bool owed = held_from != nullptr;
  ListenerPart part{&listener, {}, {}};
  std::vector<projections::Event> stretch;
  bool left = false;  // once an event is left all later ones are, or a key would get a gap
  const auto apply_stretch = [&] {
    if (stretch.empty()) return;
    const bool backwards = owed && projections::sabotaged("forward_out_of_order") &&
                           listener.kind() == listeners::forward;
    if (backwards) std::ranges::reverse(stretch);
    std::vector<Fate> fates =
        left ? std::vector<Fate>(stretch.size()) : apply(listener, stretch, held, call);
    if (backwards) std::ranges::reverse(fates);
    left =
        std::ranges::any_of(fates, [](const Fate& f) { return f.kind == Fate::Kind::not_reached; });
    std::ranges::move(fates, std::back_inserter(part.fates));
    stretch.clear();
  };
  for (std::size_t at = 0; at < batch.events.size(); ++at) {
    const decode::DecodedEvent& decoded = batch.events[at];
    const bool wanted = listener.wants(decoded.event.type, decoded.listener_id);
    if (!wanted && !owed) continue;
    part.events.push_back(at);
    if (!wanted) {
      apply_stretch();
      part.fates.push_back(
          {.kind = Fate::Kind::done, .skipped = "the listener no longer subscribes to this type"});
      continue;
    }
    const auto gap = owed ? held_from->find(at) : HeldFrom::const_iterator{};
    const bool held_here = owed && gap != held_from->end();
    auto failure = known_failure(decoded, listener, call, owed);
    if (!failure && !held_here) {
      stretch.push_back(decoded.event);
      continue;
    }
    // Each stretch is applied whole, so that a key's later events meet what its earlier ones left.
    apply_stretch();
    const std::string key = decoded.event.key();
    if (held_here) held.hold(key, gap->second);
    Fate fate;
    if (left) {
      // as it was
    } else if (call.order == projections::Order::by_key && held.holds(key, decoded.event.seq)) {
      fate.kind = Fate::Kind::waiting;
    } else {
      fate = {.kind = Fate::Kind::failed, .failure = std::move(*failure)};
      held.hold(key, decoded.event.seq);
    }
    part.fates.push_back(std::move(fate));
  }
  apply_stretch();
  return part;
}

}  // namespace

ListenerPart run_listener(listeners::Listener& listener, const decode::DecodedBatch& batch,
                          HeldKeys held, const Call& call) {
  return run(listener, batch, std::move(held), call, nullptr);
}

std::optional<OptimisticPart> optimistic_part(const listeners::Listener& listener,
                                              const decode::DecodedBatch& batch,
                                              const HeldKeys& held, const Call& call) {
  OptimisticPart optimistic{{&listener, {}, {}}, {}, {}};
  for (std::size_t at = 0; at < batch.events.size(); ++at) {
    const decode::DecodedEvent& decoded = batch.events[at];
    if (!listener.wants(decoded.event.type, decoded.listener_id)) continue;
    if (known_failure(decoded, listener, call, false)) return std::nullopt;
    if (!held.empty() && held.holds(decoded.event.key(), decoded.event.seq)) return std::nullopt;
    optimistic.part.events.push_back(at);
    optimistic.events.push_back(decoded.event);
  }
  auto sql = listener.as_sql(projections::Batch{optimistic.events}, call.tx);
  if (!sql) return std::nullopt;
  optimistic.sql = std::move(*sql);
  optimistic.part.fates.assign(optimistic.events.size(), {.kind = Fate::Kind::done, .fresh = true});
  return optimistic;
}

void send(const OptimisticPart& optimistic, const Call& call, const std::function<void()>& work) {
  (void)in_bounds(*optimistic.part.listener, optimistic.events, call, [&](const std::stop_token&) {
    work();
    return std::vector<Fate>{};
  });
}

ListenerPart run_deliveries(listeners::Listener& listener, const decode::DecodedBatch& batch,
                            const HeldFrom& held_from, const Call& call) {
  return run(listener, batch, {}, call, &held_from);
}

}  // namespace relay::engine
