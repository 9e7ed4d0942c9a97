#include "relay/operate/status/status.hpp"

#include <algorithm>
#include <set>

#include "projections/type_pattern.hpp"
#include "relay/operate/status/held_by.hpp"

namespace relay::operate {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t overdue_ms = 5'000;  // a retry is taken at its time, or a relay is slow

std::optional<std::int64_t> older(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::max(a, b);
}

/// Adds up all instances; the lag is that of the last minute in which any of them had work.
void add_measured(const std::vector<Measured>& instances, ProjectionStatus& status,
                  Evidence& evidence) {
  const Measured* latest = nullptr;
  std::int64_t total = 0;
  for (const Measured& one : instances) {
    total += one.applied_total;
    if (!one.trouble.empty() && one.seen_ms_ago <= present_ms) status.trouble = one.trouble;
    if (!one.applied_ms_ago) continue;
    if (latest == nullptr || *one.applied_ms_ago < *latest->applied_ms_ago) latest = &one;
  }
  status.applied_total = total;
  if (latest == nullptr) return;
  LagCounts lag;
  for (const Measured& one : instances) {
    if (!one.applied_ms_ago || *one.applied_ms_ago > *latest->applied_ms_ago + minute_ms) continue;
    for (const auto& [bucket, count] : one.lag) lag[bucket] += count;
  }
  status.last_applied = latest->last_applied;
  status.applied_ms_ago = latest->applied_ms_ago;
  evidence.applied_ms_ago = latest->applied_ms_ago;
  status.lag = lag_ms(lag);
  if (status.lag) evidence.p95_ms = status.lag->p95;
}

/// What could be worked off; where some of it has no age, the age of all of it is not known.
void note_workable(std::int64_t number, std::optional<std::int64_t> oldest_ms, Evidence& evidence) {
  if (number == 0) return;
  const bool known = oldest_ms && (evidence.workable == 0 || evidence.oldest_workable_ms);
  evidence.workable += number;
  evidence.oldest_workable_ms =
      known ? older(evidence.oldest_workable_ms, oldest_ms) : std::nullopt;
}

void note_owed(std::int64_t number, std::optional<std::int64_t> oldest_ms, bool exact,
               Evidence& evidence) {
  if (number == 0) return;
  evidence.owed += number;
  evidence.oldest_owed_ms = older(evidence.oldest_owed_ms, oldest_ms);
  evidence.oldest_exact = evidence.oldest_exact && exact && oldest_ms;
}

void add_pending(const projections::ProjectionOptions& options, const Snapshot& snapshot,
                 ProjectionStatus& status, Evidence& evidence) {
  const auto mine = [&](const PendingGroup& group) {
    return projections::listens(options, group.event_type, group.listener_id);
  };
  std::optional<std::int64_t> oldest;
  bool ageless = false;
  std::int64_t looked_at = 0;
  std::int64_t number = 0;
  for (const PendingGroup& group : snapshot.heads) {
    if (mine(group)) oldest = older(oldest, group.oldest_ms);
  }
  for (const PendingGroup& group : snapshot.pending.value_or(std::vector<PendingGroup>{})) {
    looked_at += group.number;
    if (!mine(group)) continue;
    number += group.number;
    oldest = older(oldest, group.oldest_ms);
    ageless = ageless || !group.oldest_ms;
  }
  status.oldest_pending_ms = oldest;
  if (snapshot.pending) {
    status.pending = number;
    status.pending_exact = looked_at < count_limit;
  }
  if (number == 0 && oldest) number = 1;  // a head was seen, the count was not read in time
  note_owed(number, oldest, !ageless, evidence);
  note_workable(number, ageless ? std::nullopt : oldest, evidence);
  // A look that others' events filled says nothing of this projection's behind them.
  evidence.owed_known = snapshot.pending && (status.pending_exact || number > 0);
}

/// What waits, for a retry's time or behind others, and what of it should not wait any longer.
void add_held_back(const HeldBack& held, ProjectionStatus& status, Evidence& evidence) {
  const std::int64_t retrying = status.retrying.value_or(0);
  const std::int64_t waiting = status.waiting.value_or(0);
  if (retrying + waiting == 0) return;
  status.held_by = held_by(held, retrying, waiting);
  note_owed(retrying + waiting, held.oldest_ms, held.oldest_exact, evidence);
  const bool overdue = held.due_in_ms && *held.due_in_ms < -overdue_ms;
  if (retrying > 0 && overdue) note_workable(1, -*held.due_in_ms, evidence);
  if (retrying > 0 && held.undated) note_workable(1, held.oldest_ms, evidence);
  note_workable(held.behind_nothing, held.oldest_ms, evidence);
}

void add_deliveries(const Snapshot& snapshot, ProjectionStatus& status, Evidence& evidence) {
  if (!snapshot.deliveries || !snapshot.held_back) evidence.owed_known = false;
  if (!snapshot.deliveries) return;
  const auto found = snapshot.deliveries->find(status.name);
  const auto number = [&](const char* state) -> std::int64_t {
    if (found == snapshot.deliveries->end()) return 0;
    const auto count = found->second.find(state);
    return count == found->second.end() ? 0 : count->second;
  };
  status.ready = number("ready");
  status.retrying = number("retrying");
  status.waiting = number("waiting");
  status.dead = number("dead");
  std::optional<std::int64_t> oldest;
  const auto ready = snapshot.oldest_ready_ms.find(status.name);
  if (ready != snapshot.oldest_ready_ms.end()) oldest = ready->second;
  status.oldest_pending_ms = older(status.oldest_pending_ms, oldest);
  note_owed(*status.ready, oldest, true, evidence);
  note_workable(*status.ready, oldest, evidence);
  if (!snapshot.held_back) {
    return note_owed(*status.retrying + *status.waiting, std::nullopt, false, evidence);
  }
  // Without an entry there: by the time of that look they had gone on.
  const auto held = snapshot.held_back->find(status.name);
  if (held != snapshot.held_back->end()) add_held_back(held->second, status, evidence);
}

ProjectionStatus judge_one(ProjectionSpec spec, const Snapshot& snapshot) {
  ProjectionStatus status;
  status.name = spec.name;
  status.kind = spec.kind;
  status.registered = "no";
  const auto registered = snapshot.listeners.find(spec.name);
  if (registered != snapshot.listeners.end() && registered->second.state != "retired") {
    // The database's patterns are what events wait for, whatever this file says.
    spec.patterns = registered->second.patterns;
    status.kind = registered->second.kind;
    status.registered = registered->second.state;
  }
  Evidence evidence;
  evidence.oldest_exact = true;  // until something is found that is not
  if (snapshot.measured) {
    const auto measured = snapshot.measured->find(spec.name);
    add_measured(measured == snapshot.measured->end() ? std::vector<Measured>{} : measured->second,
                 status, evidence);
  }
  if (status.registered != "no" && !registered->second.reason.empty()) {
    status.trouble = registered->second.reason;
  }
  if (status.registered == "paused") {
    status.paused_by = registered->second.paused_by;
    status.paused_since = registered->second.since;
  }
  add_pending({spec.name, spec.patterns}, snapshot, status, evidence);
  add_deliveries(snapshot, status, evidence);
  evidence.owed_known = evidence.owed_known && snapshot.measured;
  status.badge = badge(evidence, spec.green_ms, spec.yellow_ms);
  status.activity = status.registered == "paused" ? Activity::paused : activity(evidence);
  status.oldest_owed_ms = evidence.oldest_owed_ms;
  status.oldest_owed_exact = evidence.owed_known && evidence.oldest_exact;
  return status;
}

std::vector<Unclaimed> find_unclaimed(const std::string& database, const Snapshot& snapshot,
                                      const std::set<std::string>& shown) {
  std::map<std::string, std::int64_t> numbers;
  for (const PendingGroup& group : snapshot.pending.value_or(std::vector<PendingGroup>{})) {
    if (group.listener_id) numbers[*group.listener_id] += group.number;
  }
  if (snapshot.deliveries) {
    for (const auto& [listener, states] : *snapshot.deliveries) {
      for (const auto& [state, number] : states) numbers[listener] += number;
    }
  }
  std::vector<Unclaimed> unclaimed;
  for (const auto& [listener, number] : numbers) {
    if (!shown.contains(listener)) unclaimed.push_back({database, listener, number});
  }
  return unclaimed;
}

constexpr std::size_t pins_shown = 3;
constexpr std::int64_t to_wake_ms = 5'000;  // by then something is "stalled", too

void add_pins(const std::string& database, const Snapshot& snapshot, Status& status) {
  std::int64_t hidden = 0;
  for (const Pin& pin : snapshot.pins) {
    if (pin.kind == "session" && !pin.age_s) {
      ++hidden;
    } else if (status.pinned.size() < pins_shown) {
      status.pinned.push_back({database, pin});
    }
  }
  if (hidden > 0) status.hidden.push_back({database, hidden});
}

}  // namespace

Status judge(const std::string& database, const std::vector<ProjectionSpec>& specs,
             const Snapshot& snapshot) {
  std::vector<ProjectionSpec> all = specs;
  std::set<std::string> names;
  for (const ProjectionSpec& spec : specs) names.insert(spec.name);
  for (const auto& [name, listener] : snapshot.listeners) {
    if (listener.state != "retired" && names.insert(name).second) {
      all.push_back({name, listener.patterns});
    }
  }
  Status status;
  for (const ProjectionSpec& spec : all) {
    status.projections.push_back(judge_one(spec, snapshot));
    status.projections.back().database = database;
  }
  status.unclaimed = find_unclaimed(database, snapshot, names);
  add_pins(database, snapshot, status);
  const bool to_do = std::ranges::any_of(status.projections, [](const ProjectionStatus& one) {
    return one.oldest_pending_ms.value_or(0) > to_wake_ms && one.paused_by.empty();
  });
  status.relays.push_back(judge_relays(database, snapshot, to_do));
  return status;
}

}  // namespace relay::operate
