#include "relay/engine/ending.hpp"

#include <algorithm>
#include <random>

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

}  // namespace

bool has_suspects(const decode::DecodedBatch& batch, const listeners::Duty& duty,
                  const std::set<std::string>& listeners) {
  if (duty.suspects.empty()) return false;
  for (const decode::DecodedEvent& decoded : batch.events) {
    for (const std::string& listener : listeners) {
      if (duty.suspects.contains({std::string{decoded.event.id}, listener})) return true;
    }
  }
  return false;
}

std::map<std::string, std::vector<std::string>> suspects_no_more(
    const decode::DecodedBatch& batch, const listeners::Duty& duty,
    const std::vector<ListenerPart>& parts) {
  std::map<std::string, std::vector<std::string>> through;
  if (duty.suspects.empty()) return through;
  for (const ListenerPart& part : parts) {
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      std::string id{batch.events[part.events[i]].event.id};
      const auto kind = part.fates[i].kind;
      if (kind == projections::Fate::Kind::waiting || kind == projections::Fate::Kind::left)
        continue;
      const std::string& listener = part.listener->name();
      if (duty.suspects.contains({id, listener})) through[listener].push_back(std::move(id));
    }
  }
  return through;
}

void note_buried(const deliveries::Delivery& entry, const Condemned& condemned,
                 PassResult& result) {
  if (condemned.empty()) return;
  for (const std::string& listener : {entry.listener, std::string{}}) {
    std::pair who{entry.event_id, listener};
    if (condemned.contains(who)) result.buried.push_back(std::move(who));
  }
}

std::optional<LoneEvent> lone_of(const decode::DecodedBatch& batch) {
  if (batch.events.size() != 1) return std::nullopt;
  const decode::DecodedEvent& decoded = batch.events.front();
  return LoneEvent{std::string{decoded.event.id}, decoded.event.key(), decoded.lane,
                   decoded.event.seq};
}

std::int64_t commit(const Parts& parts, store::WorkerSession& session, store::BatchEnd& end,
                    const decode::DecodedBatch& batch,
                    const std::vector<ListenerPart>& listener_parts) {
  end.wait_for_disk = parts.synchronous_commit || !stays_in_the_database(listener_parts);
  try {
    return session.end(end);
  } catch (const store::CommitRefused& refused) {
    throw PassFailed{{.where = PassFailure::Where::commit,
                      .failure = refused.failure,
                      .blamed = applied_in(batch, listener_parts)}};
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

projections::SavepointBudget savepoint_budget(const Parts& parts) {
  const auto end = std::chrono::steady_clock::now() + parts.statement_timeout / 2;
  return {.time_is_up = [end] { return std::chrono::steady_clock::now() > end; }};
}

double chance() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_real_distribution<double>{0, 1}(random);
}

}  // namespace relay::engine
