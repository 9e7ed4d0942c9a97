#include "relay/engine/delivery_batch.hpp"

#include "relay/engine/plan_deliveries.hpp"

namespace relay::engine {

store::Claim DeliveryBatch::claim() {
  return context_.session.claim_deliveries(queue_.deliveries(), context_.tickets);
}

bool DeliveryBatch::is_to_be_handled() {
  if (batch_.events.empty()) return false;
  result_.stale = claim_.listeners_version != context_.assignment.version;
  if (result_.stale) return false;
  result_.wants_alone = wants_to_be_alone({queue_.listener->name()});
  return !result_.wants_alone;
}

bool DeliveryBatch::apply() {
  const bool ordered = parts_.order == projections::Order::by_key;
  projections::SavepointBudget budget = savepoint_budget();
  listener_parts_.push_back(run_deliveries(*queue_.listener, batch_,
                                           ordered ? held_from(batch_, claim_) : HeldFrom{},
                                           call_with(budget)));
  return true;
}

bool DeliveryBatch::plan() {
  BatchPlan plan = plan_deliveries(batch_, listener_parts_[0], claim_, parts_.chance);
  result_.left_over = plan.left_over;
  end_ = std::move(plan.end);
  return true;
}

bool DeliveryBatch::end() {
  commit();
  return true;
}

void DeliveryBatch::note() {
  result_.events = end_.settlement->done.size();
  for (const deliveries::Delivery& entry : end_.settlement->changed) {
    if (entry.state == deliveries::Delivery::State::retrying) result_.retries = true;
    if (entry.failed_now) note_buried(entry);
  }
}

}  // namespace relay::engine
