#include "projections/failpoint.hpp"
#include "relay/engine/bounded_handling.hpp"
#include "relay/engine/ending.hpp"
#include "relay/engine/outcome_of_drain.hpp"

namespace relay::engine {

void redeliver(const Parts& parts, const Queue& queue, const PassContext& context,
               PassResult& result) {
  store::WorkerSession& session = context.session;
  const store::Claim claim = session.claim_deliveries(queue.deliveries(), context.tickets);
  result.lanes = claim.lanes;
  if (claim.empty() || claim.listeners_version != context.duty.version) {
    result.stale = !claim.empty();
    session.rollback();
    return;
  }
  const decode::DecodedBatch batch = decode::decode(claim.events, parts.payload_max_bytes);
  result.lone = lone_of(batch);
  if (!context.alone && has_suspects(batch, context.duty, {queue.listener->name()})) {
    result.wants_alone = true;
    session.rollback();
    return;
  }
  const bool ordered =
      parts.order == projections::Order::by_key && !projections::sabotaged("retry_out_of_order");

  projections::SavepointBudget budget = savepoint_budget(parts);
  BoundedHandling handling{session, context.seat, context.alone, context.stop};
  const Call call{context.condemned, context.duty.suspects, parts.order, budget, session.tx(),
                  handling};
  std::vector<ListenerPart> listener_parts;
  listener_parts.push_back(
      run_deliveries(*queue.listener, batch, ordered ? held_from(batch, claim) : HeldFrom{}, call));

  DrainOutcome outcome = outcome_of_drain(batch, listener_parts[0], claim, chance);
  store::BatchEnd end;
  end.settlement = std::move(outcome.settlement);
  const deliveries::Settlement& settlement = *end.settlement;
  if (!outcome.promote.empty()) end.promote.emplace(settlement.listener, outcome.promote);
  end.suspects_no_more = suspects_no_more(batch, context.duty, listener_parts);
  const std::int64_t committed_us = commit(parts, session, end, batch, listener_parts);

  measure(parts, batch, listener_parts, committed_us);
  result.events = settlement.done.size();
  result.left_over = outcome.left_over;
  for (const deliveries::LaneKey& key : outcome.promote) {
    result.ready[settlement.listener].insert(key.lane);
  }
  for (const deliveries::Delivery& entry : settlement.changed) {
    if (entry.state == deliveries::Delivery::State::retrying) result.retries = true;
    if (entry.failed_now) note_buried(entry, context.condemned, result);
  }
}

}  // namespace relay::engine
