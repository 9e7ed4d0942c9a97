#include <algorithm>
#include <optional>

#include "projections/failpoint.hpp"
#include "relay/engine/bounded_handling.hpp"
#include "relay/engine/ending.hpp"
#include "relay/engine/outcome_of_batch.hpp"

namespace relay::engine {
namespace {

using projections::Fate;
using HeldByListener = std::map<std::string, projections::HeldKeys>;

// Costs nothing while no delivery is open in these lanes.
HeldByListener held_keys(const Parts& parts, store::WorkerSession& session,
                         const store::Claim& claim, const decode::DecodedBatch& batch) {
  if (parts.order == projections::Order::none || projections::sabotaged("waiting_not_held")) {
    return {};
  }
  std::set<int> lanes;
  for (const store::LaneRead& read : claim.lanes) {
    if (read.open_deliveries) lanes.insert(read.lane);
  }
  if (lanes.empty()) return {};
  std::set<deliveries::LaneKey> keys;
  for (const auto& decoded : batch.events) {
    if (lanes.contains(decoded.lane)) keys.insert({decoded.lane, decoded.event.key()});
  }
  return session.held_keys(keys);
}

bool any_by_completion(const std::vector<ListenerPart>& parts) {
  return std::ranges::any_of(parts, [](const ListenerPart& part) {
    return projections::by_completion(part.listener->options());
  });
}

void note_deliveries(const store::BatchEnd& end, const Condemned& condemned, PassResult& result) {
  for (const deliveries::Delivery& entry : end.entries.deliveries) {
    if (entry.state == deliveries::Delivery::State::ready) {
      result.ready[entry.listener].insert(entry.lane);
    }
    if (entry.state == deliveries::Delivery::State::retrying) result.retries = true;
    note_buried(entry, condemned, result);
  }
  for (const auto& [listener, keys] : end.promote) {
    for (const deliveries::LaneKey& key : keys) result.ready[listener].insert(key.lane);
  }
}

// While all goes well nobody in the relay needs payload or headers of what SQL alone listens to.
// What has failed before is looked at with all there is.
store::Payloads payloads_for(const Parts& parts, const PassContext& context) {
  const bool care = !context.condemned.empty() ||
                    std::ranges::any_of(context.tickets, &claim::LaneTicket::careful);
  const auto anybody = [&](bool (listeners::Listener::*reads)() const) {
    return std::ranges::any_of(parts.queues, [&](const Queue& queue) {
      return !queue.detached && (*queue.listener.*reads)() &&
             context.duty.attached.contains(queue.listener->name());
    });
  };
  if (care || anybody(&listeners::Listener::reads_payload)) return store::Payloads::travel;
  return anybody(&listeners::Listener::reads_headers) ? store::Payloads::stay
                                                      : store::Payloads::stay_with_headers;
}

/// What the attached listeners made of a batch.
struct Handled {
  std::vector<ListenerPart> parts;
  std::optional<Foretold> last;  ///< The last one's, if it is still to be sent.
};

Handled handle(const Parts& parts, const listeners::Duty& duty, const decode::DecodedBatch& batch,
               HeldByListener held, const Call& call, bool may_foretell) {
  std::vector<listeners::Listener*> attached;
  for (const Queue& queue : parts.queues) {
    if (queue.detached || !duty.attached.contains(queue.listener->name())) continue;
    attached.push_back(queue.listener.get());
  }
  Handled handled;
  for (listeners::Listener* listener : attached) {
    projections::HeldKeys& waiting = held[listener->name()];
    if (may_foretell && listener == attached.back()) {
      handled.last = foretell(*listener, batch, waiting, call);
    }
    handled.parts.push_back(handled.last
                                ? handled.last->part
                                : run_listener(*listener, batch, std::move(waiting), call));
  }
  return handled;
}

bool passed(const Fate& fate) {
  return fate.kind == Fate::Kind::done || fate.kind == Fate::Kind::waiting;
}

bool all_passed(const std::vector<ListenerPart>& parts) {
  return std::ranges::all_of(
      parts, [](const ListenerPart& part) { return std::ranges::all_of(part.fates, passed); });
}

// The last of a batch's SQL travels with the batch's end, under its listener's time limit.
// @return nothing: it failed by what may be an event's fault, or the guard's, which only another
// try, step by step, can tell. @throws PassFailed: at the commit; a conflict; or nobody can tell.
std::optional<std::int64_t> commit_foretold(const Parts& parts, const Foretold& foretold,
                                            const Call& call, store::WorkerSession& session,
                                            store::BatchEnd& end, const decode::DecodedBatch& batch,
                                            const std::vector<ListenerPart>& listener_parts) {
  std::optional<std::int64_t> committed_us;
  end.effect = foretold.sql;
  try {
    send(foretold, call, [&] {
      try {
        committed_us = commit(parts, session, end, batch, listener_parts);
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
    if (committed_us) return committed_us;  // the answer was there when its time was over
    if (failed.why.failure.kind == projections::FailureKind::conflict) throw;
    throw PassFailed{{.where = PassFailure::Where::handler_or_end, .failure = failed.why.failure}};
  }
  return committed_us;
}

// Events that can neither be completed nor recorded must not keep the others of their lane. They
// are looked for one by one, and stepped over. @return whether there are any.
bool step_over_stuck(const PassContext& context, const store::Claim& claim,
                     const decode::DecodedBatch& batch, projections::Order order,
                     PassResult& result) {
  if (context.stuck.empty()) return false;
  const auto now = std::chrono::steady_clock::now();
  const bool single = std::ranges::any_of(context.tickets, &claim::LaneTicket::careful);
  std::set<std::string_view> read_now;
  for (const decode::DecodedEvent& decoded : batch.events) {
    read_now.insert(decoded.event.id);
    if (is_stuck(context.stuck, decoded, order, now)) result.stuck_lanes.insert(decoded.lane);
  }
  for (const auto& [id, stuck] : context.stuck) {
    const auto lane = std::ranges::find(claim.lanes, stuck.event.lane, &store::LaneRead::lane);
    const auto ticket =
        std::ranges::find(context.tickets, stuck.event.lane, &claim::LaneTicket::lane);
    if (lane == claim.lanes.end() || ticket == context.tickets.end() || !lane->held) continue;
    const bool read_past_it =
        ticket->floor < stuck.event.seq && (lane->last > stuck.event.seq || !lane->more);
    if (read_past_it && !read_now.contains(id)) result.gone.push_back(id);
  }
  result.stepped_over = single && !result.stuck_lanes.empty();
  return !result.stuck_lanes.empty();
}

// @return whether the pass ends here, before anybody is called.
bool ends_early(const Parts& parts, const PassContext& context, const store::Claim& claim,
                const decode::DecodedBatch& batch, PassResult& result) {
  if (step_over_stuck(context, claim, batch, parts.order, result)) return true;
  if (batch.events.empty()) return true;
  result.stale = claim.listeners_version != context.duty.version;
  if (result.stale) return true;
  result.wants_alone = !context.alone && has_suspects(batch, context.duty, context.duty.attached);
  return result.wants_alone;
}

store::BatchEnd end_of(BatchOutcome& outcome, const PassContext& context,
                       const decode::DecodedBatch& batch,
                       const std::vector<ListenerPart>& listener_parts) {
  store::BatchEnd end;
  end.complete = std::move(outcome.complete);
  end.park = std::move(outcome.park);
  end.entries = std::move(outcome.entries);
  end.promote = std::move(outcome.promote);
  end.suspects_no_more = suspects_no_more(batch, context.duty, listener_parts);
  return end;
}

// @return false: not all went well without payloads; nothing was done, and they are wanted.
bool pass(const Parts& parts, const PassContext& context, store::Payloads payloads,
          PassResult& result) {
  store::WorkerSession& session = context.session;
  const store::Claim claim = session.claim_events(context.tickets, payloads);
  result.lanes = claim.lanes;
  const decode::DecodedBatch batch = decode::decode(claim.events, parts.payload_max_bytes);
  result.lone = lone_of(batch);
  if (ends_early(parts, context, claim, batch, result)) {
    session.rollback();
    return true;
  }
  HeldByListener held = held_keys(parts, session, claim, batch);

  const bool quick = payloads != store::Payloads::travel;
  projections::SavepointBudget budget = savepoint_budget(parts);
  if (quick) budget.left = static_cast<int>(parts.queues.size());  // one try each
  BoundedHandling handling{session, context.seat, context.alone, context.stop};
  const Call call{context.condemned, context.duty.suspects, parts.order, budget, session.tx(),
                  handling};
  const auto [listener_parts, foretold] =
      handle(parts, context.duty, batch, std::move(held), call, quick && !context.in_steps);

  if (quick && !all_passed(listener_parts)) {
    session.rollback();
    return false;
  }
  BatchOutcome outcome = outcome_of(batch, listener_parts, context.duty, chance);
  // An event that is left comes again to all: who has applied it and keeps no guard row must not
  // have. One event at a time, none is left.
  if (outcome.left_over && any_by_completion(listener_parts)) {
    result.left_over = true;
    session.rollback();
    return true;
  }
  store::BatchEnd end = end_of(outcome, context, batch, listener_parts);
  const std::optional<std::int64_t> committed_us =
      foretold ? commit_foretold(parts, *foretold, call, session, end, batch, listener_parts)
               : commit(parts, session, end, batch, listener_parts);
  if (!committed_us) {
    session.rollback();
    return false;
  }

  measure(parts, batch, listener_parts, *committed_us);
  result.events = end.complete.size() + end.park.size();
  result.left_over = outcome.left_over;
  note_deliveries(end, context.condemned, result);
  return true;
}

}  // namespace

void first_pass(const Parts& parts, const PassContext& context, PassResult& result) {
  if (pass(parts, context, payloads_for(parts, context), result)) return;
  result = {};
  pass(parts, context, store::Payloads::travel, result);
}

}  // namespace relay::engine
