#include "projections/failpoint.hpp"
#include "relay/engine/bounded_handling.hpp"
#include "relay/engine/ending.hpp"
#include "relay/engine/outcome_of_drain.hpp"

namespace relay::engine {

void redeliver(const Parts& parts, const Queue& queue, const PassContext& context,
               PassResult& result) {
  pg::Connection& connection = context.connection;
  const claim::Claim claim =
      queue.source->claim(connection, context.tickets, claim::Payloads::travel);
  result.lanes = claim.lanes;
  if (claim.rows.empty() || claim.listeners_version != context.duty.version) {
    result.stale = !claim.rows.empty();
    connection.rollback();
    return;
  }
  const decode::DecodedBatch batch = parts.decoder->decode(claim.rows);
  if (!context.alone && has_suspects(batch, context.duty, {queue.listener->name()})) {
    result.wants_alone = true;
    connection.rollback();
    return;
  }
  const bool ordered =
      parts.order == projections::Order::by_key && !projections::sabotaged("retry_out_of_order");

  projections::SavepointBudget budget = savepoint_budget(parts);
  BoundedHandling handling{connection, context.seat, context.alone, context.stop};
  const Call call{context.condemned, context.duty.suspects, parts.order, budget, connection.tx(),
                  handling};
  std::vector<ListenerPart> listener_parts;
  listener_parts.push_back(
      run_deliveries(*queue.listener, batch, ordered ? held_from(batch, claim) : HeldFrom{}, call));

  const DrainOutcome outcome = outcome_of_drain(batch, listener_parts[0], claim, chance);
  const deliveries::Settlement& settlement = outcome.settlement;
  clear_suspects(connection, batch, context.duty, listener_parts);
  pg::Script ending{connection};
  parts.completer->complete(ending, parts.ledger->settle(connection, settlement));
  parts.ledger->promote(connection, settlement.listener, outcome.promote, parts.batch_size);
  const std::int64_t committed_us = commit(parts, connection, ending, batch, listener_parts);

  measure(parts, batch, listener_parts, committed_us);
  result.events = settlement.done.size();
  result.left_over = outcome.left_over;
  for (const deliveries::LaneKey& key : outcome.promote) {
    result.ready[settlement.listener].insert(key.lane);
  }
  for (const deliveries::Delivery& entry : settlement.changed) {
    if (entry.state == deliveries::Delivery::State::retrying) result.retries = true;
    const std::pair who{entry.event_id, entry.listener};
    if (entry.failed_now && context.condemned.contains(who)) result.buried.push_back(who);
  }
}

}  // namespace relay::engine
