#include "relay/engine/batch.hpp"

#include <algorithm>

#include "relay/engine/delivery_batch.hpp"
#include "relay/engine/event_batch.hpp"

namespace relay::engine {
namespace {

std::vector<EventAndListener> applied_in(const decode::DecodedBatch& batch,
                                         const std::vector<ListenerPart>& parts) {
  std::vector<EventAndListener> who;
  for (const ListenerPart& part : parts) {
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      if (!part.fates[i].fresh) continue;
      who.emplace_back(batch.events[part.events[i]].event.id, part.listener->name());
    }
  }
  return who;
}

// What a forward sent cannot be taken back by a crash of the server.
bool stays_in_the_database(const std::vector<ListenerPart>& parts) {
  return std::ranges::none_of(
      parts, [](const ListenerPart& part) { return part.listener->kind() == listeners::forward; });
}

// What came alone, should the batch be that.
std::optional<LoneEvent> lone_of(const decode::DecodedBatch& batch) {
  if (batch.events.size() != 1) return std::nullopt;
  const decode::DecodedEvent& decoded = batch.events.front();
  return LoneEvent{std::string{decoded.event.id}, decoded.event.key(), decoded.lane,
                   decoded.event.seq};
}

}  // namespace

Batch::Batch(const EngineParts& parts, const PassContext& context, PassResult& result)
    : parts_(parts), context_(context), result_(result) {}

void Batch::pass() {
  claim_ = claim();
  result_.lanes = claim_.lanes;
  batch_ = decode::decode(claim_.events, parts_.payload_max_bytes);
  result_.lone = lone_of(batch_);
  if (!is_to_be_handled() || !apply() || !plan()) {
    context_.session.rollback();
    return;
  }
  note_suspects();
  if (!end()) {
    context_.session.rollback();
    return;
  }
  measure();
  note_promoted();
  note();
}

bool Batch::wants_to_be_alone(const std::set<std::string>& listeners) const {
  if (context_.alone || context_.assignment.suspects.empty()) return false;
  return std::ranges::any_of(batch_.events, [&](const decode::DecodedEvent& decoded) {
    return std::ranges::any_of(listeners, [&](const std::string& listener) {
      return context_.assignment.suspects.contains({std::string{decoded.event.id}, listener});
    });
  });
}

Call Batch::call_with(projections::SavepointBudget& budget) const {
  return {context_.quarantined,  context_.assignment.suspects,
          parts_.order,          budget,
          context_.session.tx(), context_.handling};
}

projections::SavepointBudget Batch::savepoint_budget() const {
  const auto end = parts_.now() + parts_.statement_timeout / 2;
  return {.time_is_up = [&now = parts_.now, end] { return now() > end; }};
}

// Those of the batch that came through, or were settled otherwise, are suspects no more.
void Batch::note_suspects() {
  const listeners::Suspects& suspects = context_.assignment.suspects;
  if (suspects.empty()) return;
  using Kind = projections::Fate::Kind;
  for (const ListenerPart& part : listener_parts_) {
    const std::string& listener = part.listener->name();
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      const Kind kind = part.fates[i].kind;
      if (kind == Kind::waiting || kind == Kind::not_reached) continue;
      std::string id{batch_.events[part.events[i]].event.id};
      if (suspects.contains({id, listener}))
        end_.suspects_no_more[listener].push_back(std::move(id));
    }
  }
}

void Batch::commit() {
  end_.wait_for_disk = parts_.synchronous_commit || !stays_in_the_database(listener_parts_);
  try {
    committed_us_ = context_.session.end(end_);
  } catch (const store::CommitRefused& refused) {
    throw PassFailed{{.where = PassFailure::Where::commit,
                      .failure = refused.failure,
                      .blamed = applied_in(batch_, listener_parts_)}};
  }
}

void Batch::note_promoted() {
  for (const auto& [listener, keys] : end_.promote) {
    for (const deliveries::LaneKey& key : keys) result_.ready[listener].insert(key.lane);
  }
}

// Hands the lag of what was applied to the recorder.
void Batch::measure() const {
  for (const ListenerPart& part : listener_parts_) {
    measure::Sample sample{.listener = part.listener->name(), .committed_us = committed_us_};
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      if (!part.fates[i].fresh) continue;
      const projections::Event& event = batch_.events[part.events[i]].event;
      const std::int64_t published_us = event.published_at.time_since_epoch().count();
      if (published_us == 0) continue;  // an infinite publication_date has no lag
      sample.published_us.push_back(published_us);
      if (event.seq > sample.last_seq) {
        sample.last_seq = event.seq;
        sample.last_published_us = published_us;
      }
    }
    if (!sample.published_us.empty()) parts_.recorder->applied(std::move(sample));
  }
}

void Batch::note_buried(const deliveries::Delivery& entry) {
  if (context_.quarantined.empty()) return;
  for (const std::string& listener : {entry.listener, std::string{}}) {
    std::pair who{entry.event_id, listener};
    if (context_.quarantined.contains(who)) result_.buried.push_back(std::move(who));
  }
}

void pass(const EngineParts& parts, const Queue* queue, const PassContext& context,
          PassResult& result) {
  if (queue != nullptr) return DeliveryBatch{parts, *queue, context, result}.pass();
  if (EventBatch{parts, context, result}.pass_quickly()) return;
  result = {};
  EventBatch{parts, context, result}.pass();
}

}  // namespace relay::engine
