#include "relay/engine/listener_part.hpp"

#include <algorithm>
#include <iterator>

namespace relay::engine {
namespace {

using projections::Fate;
using projections::HeldKeys;

projections::Failure crash_failure(const flow::Suspicion& suspicion) {
  return {projections::FailureKind::crash, "",
          "the process died of it " + std::to_string(suspicion.crashes + suspicion.kills) +
              " times while it ran alone"};
}

bool settle_without_calling(const decode::DecodedEvent& decoded, const std::string& listener,
                            const Call& call, HeldKeys& held, Fate& fate) {
  const std::string key = decoded.event.key();
  if (call.order == projections::Order::by_key && held.contains(key)) {
    fate = {.kind = Fate::Kind::waiting};
    return true;
  }
  const std::pair who{std::string{decoded.event.id}, listener};
  const auto known = call.condemned.find(who);
  const auto suspect = call.suspects.find(who);
  const bool crashes =
      suspect != call.suspects.end() && flow::judge(suspect->second) == flow::Verdict::dead;
  if (decoded.fault.empty() && known == call.condemned.end() && !crashes) return false;
  projections::Failure failure;
  if (!decoded.fault.empty()) {
    failure.message = decoded.fault;
  } else if (crashes) {
    failure = crash_failure(suspect->second);
  } else {
    failure = known->second;
  }
  fate = {.kind = Fate::Kind::failed, .failure = failure};
  held.insert(key);
  return true;
}

std::vector<Fate> apply(listeners::Listener& listener,
                        const std::vector<projections::Event>& events, HeldKeys& held,
                        const Call& call) {
  try {
    return call.handling.call(listener.name(), events, [&](std::stop_token stop) {
      return listener.apply(projections::Batch{events}, held, call.budget, call.tx, std::move(stop),
                            call.order);
    });
  } catch (const projections::TransactionOver& over) {
    throw ListenerFailed{std::string{events.front().id}, listener.name(), over.failure};
  } catch (const projections::ProjectionBroken& broken) {
    throw ListenerStopped{listener.name(), "it cannot work: " + broken.failure.message, "relay"};
  } catch (const projections::HaltRequested& halt) {
    throw ListenerStopped{listener.name(), std::string{"it asked to halt: "} + halt.what(),
                          "projection"};
  }
}

ListenerPart run(listeners::Listener& listener, const decode::DecodedBatch& batch, HeldKeys held,
                 const Call& call, const std::set<std::size_t>* held_from) {
  const bool owed = held_from != nullptr;
  ListenerPart part{&listener, {}, {}};
  std::vector<projections::Event> stretch;
  bool left = false;  // once an event is left all later ones are, or a key would get a gap
  const auto apply_stretch = [&] {
    if (stretch.empty()) return;
    std::vector<Fate> fates =
        left ? std::vector<Fate>(stretch.size()) : apply(listener, stretch, held, call);
    left = std::ranges::any_of(fates, [](const Fate& f) { return f.kind == Fate::Kind::left; });
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
    Fate fate;
    const bool held_here = owed && held_from->contains(at);
    const bool known_fault =
        !decoded.fault.empty() || !call.condemned.empty() || held_here || !call.suspects.empty();
    // Each stretch is applied whole, so that a key's later events meet what its earlier ones left.
    if (known_fault) apply_stretch();
    if (known_fault && left) {
      part.fates.emplace_back();
      continue;
    }
    if (held_here) held.insert(decoded.event.key());
    if (known_fault && settle_without_calling(decoded, listener.name(), call, held, fate)) {
      part.fates.push_back(std::move(fate));
    } else {
      stretch.push_back(decoded.event);
    }
  }
  apply_stretch();
  return part;
}

}  // namespace

ListenerPart run_listener(listeners::Listener& listener, const decode::DecodedBatch& batch,
                          HeldKeys held, const Call& call) {
  return run(listener, batch, std::move(held), call, nullptr);
}

ListenerPart run_deliveries(listeners::Listener& listener, const decode::DecodedBatch& batch,
                            const std::set<std::size_t>& held_from, const Call& call) {
  return run(listener, batch, {}, call, &held_from);
}

}  // namespace relay::engine
