#include "relay/engine/plan_deliveries.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace relay::engine {
namespace {

using deliveries::Delivery;
using projections::Fate;
using State = Delivery::State;

}  // namespace

HeldFrom held_from(const decode::DecodedBatch& batch, const store::Claim& claim) {
  HeldFrom held;
  std::map<std::pair<int, std::string>, std::int64_t> last;
  for (std::size_t at = 0; at < batch.events.size(); ++at) {  // in seq order within a lane
    const decode::DecodedEvent& decoded = batch.events[at];
    const store::Taken& taken = claim.taken.at(std::string{decoded.event.id});
    const auto [before, first] = last.try_emplace({decoded.lane, taken.key}, decoded.event.seq);
    if (taken.before_seq && (first || before->second != *taken.before_seq)) {
      held.emplace(at, *taken.before_seq);
    }
    before->second = decoded.event.seq;
  }
  return held;
}

BatchPlan plan_deliveries(const decode::DecodedBatch& batch, const ListenerPart& part,
                          const store::Claim& claim, const Chance& chance) {
  const projections::ProjectionOptions& listener = part.listener->options();
  BatchPlan plan;
  deliveries::Settlement& settlement = plan.end.settlement.emplace();
  std::set<deliveries::LaneKey> promote;
  settlement.listener = listener.name;
  for (std::size_t i = 0; i < part.events.size(); ++i) {
    const decode::DecodedEvent& decoded = batch.events[part.events[i]];
    const store::Taken& taken = claim.taken.at(std::string{decoded.event.id});
    const deliveries::LaneKey key{decoded.lane, taken.key};
    const Fate& fate = part.fates[i];
    Delivery changed;
    switch (fate.kind) {
      case Fate::Kind::done:
        settlement.done.emplace_back(decoded.event.id);
        promote.insert(key);
        if (!fate.skipped.empty()) {
          settlement.remarks.push_back(
              {std::string{decoded.event.id}, listener.name, "skipped", fate.skipped});
        }
        continue;
      case Fate::Kind::not_reached: plan.left_over = true; continue;
      case Fate::Kind::waiting:
        changed = delivery_of(decoded, listener.name, State::waiting);
        changed.attempts = taken.attempts;
        break;
      case Fate::Kind::later:
        changed = postponed(decoded, listener.name, fate, taken.attempts);
        break;
      case Fate::Kind::failed:
        changed = failed(decoded, listener, fate.failure, taken.attempts, chance);
        if (changed.state == State::dead && listener.on_dead == projections::OnDead::skip) {
          promote.insert(key);
        }
        break;
    }
    settlement.changed.push_back(std::move(changed));
  }
  // The claim could not see what this batch itself makes wait: behind one that is dead and skipped.
  const bool any_waiting =
      claim.any_waiting || std::ranges::any_of(settlement.changed, [](const Delivery& entry) {
        return entry.state == State::waiting;
      });
  if (any_waiting && !promote.empty()) plan.end.promote.emplace(listener.name, std::move(promote));
  return plan;
}

}  // namespace relay::engine
