#include "relay/engine/pass.hpp"

#include <algorithm>

#include "relay/engine/outcome_of_batch.hpp"
#include "schema/statements.hpp"

namespace relay::engine {
namespace {

using projections::Fate;
using projections::HeldKeys;

using HeldByListener = std::map<std::string, HeldKeys>;

HeldByListener held_keys(const Parts& parts, pg::Connection& connection, const claim::Claim& claim,
                         const decode::DecodedBatch& batch) {
  if (parts.order == projections::Order::none) return {};
  std::vector<int> lanes;
  for (const claim::LaneRead& read : claim.lanes) {
    if (read.open_deliveries) lanes.push_back(read.lane);
  }
  if (lanes.empty()) return {};
  std::set<std::string> keys;
  for (const auto& decoded : batch.events) {
    if (std::ranges::find(lanes, decoded.lane) != lanes.end()) keys.insert(decoded.event.key());
  }
  return parts.ledger->held_keys(connection, lanes, keys);
}

// What never reaches the handler: a payload that cannot be read, an event it is condemned for, and
// whatever waits behind either.
bool settle_without_calling(const decode::DecodedEvent& decoded, const std::string& listener,
                            const Condemned& condemned, HeldKeys& held, projections::Order order,
                            Fate& fate) {
  const std::string key = decoded.event.key();
  if (order == projections::Order::by_key && held.contains(key)) {
    fate = {.kind = Fate::Kind::waiting};
    return true;
  }
  const auto known = condemned.find({std::string{decoded.event.id}, listener});
  if (decoded.fault.empty() && known == condemned.end()) return false;
  projections::Failure failure;
  failure.message = decoded.fault;
  if (decoded.fault.empty()) failure = known->second;
  fate = {.kind = Fate::Kind::failed, .failure = failure};
  held.insert(key);
  return true;
}

// Between two events that never reach the handler lies a stretch that does; each is applied whole,
// so that a key's later events meet the state their earlier ones left.
ListenerPart run_listener(listeners::Listener& listener, const decode::DecodedBatch& batch,
                          const Condemned& condemned, projections::Order order, HeldKeys held,
                          projections::SavepointBudget& budget, pg::Connection& connection,
                          const std::stop_token& stop) {
  ListenerPart part{&listener, {}, {}};
  std::vector<projections::Event> stretch;
  const auto apply_stretch = [&] {
    if (stretch.empty()) return;
    try {
      auto fates =
          listener.apply(projections::Batch{stretch}, held, budget, connection.tx(), stop, order);
      std::ranges::move(fates, std::back_inserter(part.fates));
    } catch (const projections::TransactionOver& over) {
      throw ListenerFailed{std::string{stretch.front().id}, listener.name(), over.failure};
    } catch (const projections::ProjectionBroken& broken) {
      projections::Failure why = broken.failure;
      why.message = "projection \"" + listener.name() + "\" cannot work: " + why.message;
      throw projections::ProjectionBroken{why};
    }
    stretch.clear();
  };
  for (std::size_t at = 0; at < batch.events.size(); ++at) {
    const decode::DecodedEvent& decoded = batch.events[at];
    if (!listener.wants(decoded.event.type, decoded.listener_id)) continue;
    part.events.push_back(at);
    Fate fate;
    const bool known_fault = !decoded.fault.empty() || !condemned.empty();
    if (known_fault) apply_stretch();
    if (known_fault &&
        settle_without_calling(decoded, listener.name(), condemned, held, order, fate)) {
      part.fates.push_back(std::move(fate));
    } else {
      stretch.push_back(decoded.event);
    }
  }
  apply_stretch();
  return part;
}

std::vector<std::pair<std::string, std::string>> applied_in(
    const decode::DecodedBatch& batch, const std::vector<ListenerPart>& parts) {
  std::vector<std::pair<std::string, std::string>> who;
  for (const ListenerPart& part : parts) {
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      if (!part.fates[i].fresh) continue;
      who.emplace_back(batch.events[part.events[i]].event.id, part.listener->name());
    }
  }
  return who;
}

// One round trip for both. The clock is read after the commit: what readers see by then.
std::int64_t commit(pg::Connection& connection, const decode::DecodedBatch& batch,
                    const std::vector<ListenerPart>& parts) {
  try {
    return pg::Script{connection}
        .add("COMMIT")
        .add(schema::statements::database_clock)
        .run()[0][0]
        .as<std::int64_t>();
  } catch (...) {
    const projections::Failure failure = projections::current_failure();
    if (failure.kind == projections::FailureKind::connection) throw;
    throw CommitRefused{failure, applied_in(batch, parts)};
  }
}

void measure(const Parts& parts, const decode::DecodedBatch& batch,
             const std::vector<ListenerPart>& listener_parts, std::int64_t committed_us) {
  for (const ListenerPart& part : listener_parts) {
    measure::Sample sample{.listener = part.listener->name(), .committed_us = committed_us};
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      if (!part.fates[i].fresh) continue;
      const projections::Event& event = batch.events[part.events[i]].event;
      const std::int64_t published_us = event.published_at.time_since_epoch().count();
      if (published_us == 0) continue;  // an infinite publication_date has no lag
      sample.published_us.push_back(published_us);
      if (event.seq > sample.last_seq) {
        sample.last_seq = event.seq;
        sample.last_published_us = published_us;
      }
    }
    if (!sample.published_us.empty()) parts.recorder->applied(std::move(sample));
  }
}

}  // namespace

void pass(const Parts& parts, pg::Connection& connection,
          const std::vector<claim::LaneTicket>& tickets, const std::string& version,
          const Condemned& condemned, const std::stop_token& stop, PassResult& result) {
  const claim::Claim claim = parts.source->claim(connection, tickets);
  result.lanes = claim.lanes;
  if (claim.rows.empty() || claim.listeners_version != version) {
    result.stale = !claim.rows.empty();
    connection.rollback();
    return;
  }
  const decode::DecodedBatch batch = parts.decoder->decode(claim.rows);
  HeldByListener held = held_keys(parts, connection, claim, batch);

  projections::SavepointBudget budget;
  std::vector<ListenerPart> listener_parts;
  for (const auto& listener : parts.listeners) {
    listener_parts.push_back(run_listener(*listener, batch, condemned, parts.order,
                                          std::move(held[listener->name()]), budget, connection,
                                          stop));
  }

  const BatchOutcome outcome = outcome_of(batch, listener_parts);
  if (!outcome.entries.empty()) parts.ledger->record(connection, outcome.entries);
  parts.completer->complete(connection, outcome.complete);
  parts.completer->park(connection, outcome.park);
  const std::int64_t committed_us = commit(connection, batch, listener_parts);

  measure(parts, batch, listener_parts, committed_us);
  result.events = outcome.complete.size() + outcome.park.size();
  result.left_over = outcome.left_over;
  for (const deliveries::Delivery& entry : outcome.entries.deliveries) {
    const std::pair who{entry.event_id, entry.listener};
    if (condemned.contains(who)) result.buried.push_back(who);
  }
}

}  // namespace relay::engine
