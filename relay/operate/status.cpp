#include "relay/operate/status.hpp"

#include <algorithm>
#include <set>

#include "projections/type_pattern.hpp"

namespace relay::operate {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t present_ms = 30'000;  // a relay is seen every ten seconds

std::optional<std::int64_t> older(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::max(a, b);
}

/// Adds up all instances; the lag is that of the last minute in which any of them had work.
void add_measured(const std::vector<Measured>& instances, ProjectionStatus& status,
                  Evidence& evidence) {
  const Measured* latest = nullptr;
  for (const Measured& one : instances) {
    status.applied_total += one.applied_total;
    if (!one.trouble.empty() && one.seen_ms_ago <= present_ms) status.trouble = one.trouble;
    if (!one.applied_ms_ago) continue;
    if (latest == nullptr || *one.applied_ms_ago < *latest->applied_ms_ago) latest = &one;
  }
  if (latest == nullptr) return;
  LagCounts lag;
  for (const Measured& one : instances) {
    if (!one.applied_ms_ago || *one.applied_ms_ago > *latest->applied_ms_ago + minute_ms) continue;
    for (const auto& [bucket, count] : one.lag) lag[bucket] += count;
  }
  status.last_applied = latest->last_applied;
  evidence.applied_ms_ago = latest->applied_ms_ago;
  if (lag.empty()) return;
  status.lag = {percentile_ms(lag, 0.5), percentile_ms(lag, 0.95), percentile_ms(lag, 0.99)};
  evidence.p95_ms = status.lag->p95;
}

void add_pending(const projections::ProjectionOptions& options, const Snapshot& snapshot,
                 ProjectionStatus& status, Evidence& evidence) {
  const auto mine = [&](const PendingGroup& group) {
    return projections::listens(options, group.event_type, group.listener_id);
  };
  for (const PendingGroup& group : snapshot.heads) {
    if (mine(group))
      evidence.oldest_pending_ms = older(evidence.oldest_pending_ms, group.oldest_ms);
  }
  evidence.pending_known = snapshot.pending.has_value();
  status.pending_exact = evidence.pending_known;
  if (!snapshot.pending) return;
  std::int64_t looked_at = 0;
  status.pending = 0;
  for (const PendingGroup& group : *snapshot.pending) {
    looked_at += group.number;
    if (!mine(group)) continue;
    *status.pending += group.number;
    evidence.oldest_pending_ms = older(evidence.oldest_pending_ms, group.oldest_ms);
  }
  status.pending_exact = looked_at < count_limit;
}

void add_deliveries(const Snapshot& snapshot, ProjectionStatus& status, Evidence& evidence) {
  const auto oldest = snapshot.oldest_ready_ms.find(status.name);
  if (oldest != snapshot.oldest_ready_ms.end()) {
    evidence.oldest_pending_ms = older(evidence.oldest_pending_ms, oldest->second);
  }
  const auto found = snapshot.deliveries.find(status.name);
  if (found == snapshot.deliveries.end()) return;
  const auto number = [&](const char* state) {
    const auto count = found->second.find(state);
    return count == found->second.end() ? 0 : count->second;
  };
  status.ready = number("ready");
  status.retrying = number("retrying");
  status.waiting = number("waiting");
  status.dead = number("dead");
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
  const auto measured = snapshot.measured.find(spec.name);
  if (measured != snapshot.measured.end()) add_measured(measured->second, status, evidence);
  if (status.registered != "no" && !registered->second.reason.empty()) {
    status.trouble = registered->second.reason;
  }
  if (status.registered == "paused") {
    status.paused_by = registered->second.paused_by;
    status.paused_since = registered->second.since;
  }
  add_pending({spec.name, spec.patterns}, snapshot, status, evidence);
  add_deliveries(snapshot, status, evidence);
  status.badge = badge(evidence, spec.green_ms, spec.yellow_ms);
  status.activity = status.registered == "paused" ? Activity::paused : activity(evidence);
  status.oldest_pending_ms = evidence.oldest_pending_ms;
  return status;
}

std::vector<Unclaimed> find_unclaimed(const std::string& database, const Snapshot& snapshot,
                                      const std::set<std::string>& shown) {
  std::map<std::string, std::int64_t> numbers;
  for (const PendingGroup& group : snapshot.pending.value_or(std::vector<PendingGroup>{})) {
    if (group.listener_id) numbers[*group.listener_id] += group.number;
  }
  for (const auto& [listener, states] : snapshot.deliveries) {
    for (const auto& [state, number] : states) numbers[listener] += number;
  }
  std::vector<Unclaimed> unclaimed;
  for (const auto& [listener, number] : numbers) {
    if (!shown.contains(listener)) unclaimed.push_back({database, listener, number});
  }
  return unclaimed;
}

constexpr std::size_t pins_shown = 3;

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
  return status;
}

}  // namespace relay::operate
