#include "relay/engine/event_batch.hpp"

#include <algorithm>
#include <iterator>

#include "relay/engine/plan_batch.hpp"

namespace relay::engine {
namespace {

using projections::Fate;

bool passed(const Fate& fate) {
  return fate.kind == Fate::Kind::done || fate.kind == Fate::Kind::waiting;
}

bool all_passed(const std::vector<ListenerPart>& parts) {
  return std::ranges::all_of(
      parts, [](const ListenerPart& part) { return std::ranges::all_of(part.fates, passed); });
}

bool any_by_completion(const std::vector<ListenerPart>& parts) {
  return std::ranges::any_of(parts, [](const ListenerPart& part) {
    return projections::by_completion(part.listener->options());
  });
}

std::vector<listeners::Listener*> attached_of(const EngineParts& parts,
                                              const listeners::Assignment& assignment) {
  std::vector<listeners::Listener*> attached;
  for (const Queue& queue : parts.queues) {
    if (queue.detached || !assignment.attached.contains(queue.listener->name())) continue;
    attached.push_back(queue.listener.get());
  }
  return attached;
}

}  // namespace

EventBatch::EventBatch(const EngineParts& parts, const PassContext& context, PassResult& result)
    : Batch(parts, context, result), attached_(attached_of(parts, context.assignment)) {}

bool EventBatch::pass_quickly() {
  payloads_ = payloads_if_all_goes_well();
  pass();
  return !wants_payloads_;
}

// While all goes well the relay needs neither payload nor headers of what SQL alone listens to.
// What has failed before is looked at with all there is.
store::Payloads EventBatch::payloads_if_all_goes_well() const {
  const bool care = !context_.quarantined.empty() ||
                    std::ranges::any_of(context_.tickets, &lanes::LaneTicket::careful);
  const auto anybody = [&](bool (listeners::Listener::*reads)() const) {
    return std::ranges::any_of(
        attached_, [&](const listeners::Listener* listener) { return (listener->*reads)(); });
  };
  if (care || anybody(&listeners::Listener::reads_payload)) return store::Payloads::travel;
  return anybody(&listeners::Listener::reads_headers) ? store::Payloads::stay
                                                      : store::Payloads::stay_with_headers;
}

store::Claim EventBatch::claim() {
  return context_.session.claim_events(context_.tickets, payloads_);
}

bool EventBatch::is_to_be_handled() {
  if (step_over_stuck() || batch_.events.empty()) return false;
  result_.stale = claim_.listeners_version != context_.assignment.version;
  if (result_.stale) return false;
  result_.wants_alone = wants_to_be_alone(context_.assignment.attached);
  return !result_.wants_alone;
}

// Events that can neither be completed nor recorded must not keep the others of their lane. They
// are looked for one by one, and stepped over. @return whether there are any.
bool EventBatch::step_over_stuck() {
  if (context_.stuck.empty()) return false;
  const auto now = parts_.now();
  const bool single = std::ranges::any_of(context_.tickets, &lanes::LaneTicket::careful);
  std::set<std::string_view> read_now;
  for (const decode::DecodedEvent& decoded : batch_.events) {
    read_now.insert(decoded.event.id);
    if (is_stuck(context_.stuck, decoded, parts_.order, now)) {
      result_.stuck_lanes.insert(decoded.lane);
    }
  }
  for (const auto& [id, stuck] : context_.stuck) {
    const auto lane = std::ranges::find(claim_.lanes, stuck.event.lane, &store::LaneRead::lane);
    const auto ticket =
        std::ranges::find(context_.tickets, stuck.event.lane, &lanes::LaneTicket::lane);
    if (lane == claim_.lanes.end() || ticket == context_.tickets.end() || !lane->held) continue;
    const bool read_past_it =
        ticket->floor < stuck.event.seq && (lane->last > stuck.event.seq || !lane->more);
    if (read_past_it && !read_now.contains(id)) result_.gone.push_back(id);
  }
  result_.stepped_over = single && !result_.stuck_lanes.empty();
  return !result_.stuck_lanes.empty();
}

// Costs nothing while no delivery is open in these lanes.
EventBatch::HeldByListener EventBatch::held_keys() const {
  if (parts_.order == projections::Order::none) return {};
  std::set<int> lanes;
  for (const store::LaneRead& read : claim_.lanes) {
    if (read.open_deliveries) lanes.insert(read.lane);
  }
  if (lanes.empty()) return {};
  std::set<deliveries::LaneKey> keys;
  for (const auto& decoded : batch_.events) {
    if (lanes.contains(decoded.lane)) keys.insert({decoded.lane, decoded.event.key()});
  }
  return context_.session.held_keys(keys);
}

bool EventBatch::apply() {
  HeldByListener held = held_keys();
  budget_ = savepoint_budget();
  if (is_quick()) budget_.left = static_cast<int>(parts_.queues.size());  // one try each
  const Call call = call_with(budget_);
  for (listeners::Listener* listener : attached_) {
    projections::HeldKeys& waiting = held[listener->name()];
    if (is_quick() && !context_.in_steps && listener == attached_.back()) {
      last_ = optimistic_part(*listener, batch_, waiting, call);
    }
    listener_parts_.push_back(last_ ? last_->part
                                    : run_listener(*listener, batch_, std::move(waiting), call));
  }
  wants_payloads_ = is_quick() && !all_passed(listener_parts_);
  return !wants_payloads_;
}

// An event that is left over comes again to every listener. One without guard rows must not have
// applied it: it would apply it twice. One event at a time, none is left over.
bool EventBatch::plan() {
  BatchPlan plan = plan_batch(batch_, listener_parts_, context_.assignment, parts_.chance);
  result_.left_over = plan.left_over;
  end_ = std::move(plan.end);
  return !plan.left_over || !any_by_completion(listener_parts_);
}

bool EventBatch::end() {
  if (last_) return commit_with_sql();
  commit();
  return true;
}

// Under its listener's time limit. Where it fails by what may be an event's fault, or the guard's,
// it is not known yet which. @throws PassFailed: at the commit; a conflict; or which it was cannot
// be known.
bool EventBatch::commit_with_sql() {
  bool committed = false;
  end_.effect = last_->sql;
  try {
    send(*last_, call_with(budget_), [&] {
      try {
        commit();
        committed = true;
      } catch (const PassFailed&) {
        throw;
      } catch (...) {
        projections::Failure why = projections::current_failure();
        if (!projections::may_be_an_events(why.kind)) {
          throw projections::TransactionOver{std::move(why)};
        }
      }
    });
  } catch (const PassFailed& failed) {
    if (failed.why.where != PassFailure::Where::handler) throw;
    if (committed) return true;  // the answer was there when its time was over
    if (failed.why.failure.kind == projections::FailureKind::conflict) throw;
    throw PassFailed{{.where = PassFailure::Where::handler_or_end, .failure = failed.why.failure}};
  }
  wants_payloads_ = !committed;
  return committed;
}

void EventBatch::note() {
  result_.events = end_.complete.size() + end_.park.size();
  for (const auto* ended : {&end_.complete, &end_.park}) {
    std::ranges::copy_if(*ended, std::back_inserter(result_.gone),
                         [&](const std::string& id) { return context_.stuck.contains(id); });
  }
  for (const deliveries::Delivery& entry : end_.entries.deliveries) {
    if (entry.state == deliveries::Delivery::State::ready) {
      result_.ready[entry.listener].insert(entry.lane);
    }
    if (entry.state == deliveries::Delivery::State::retrying) result_.retries = true;
    note_buried(entry);
  }
}

}  // namespace relay::engine
