#include "relay/wiring/process/latecomers.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/wiring/cli/verbs.hpp"

namespace relay::wiring {

Latecomers::Latecomers(const Blueprint& blueprint, const std::vector<std::string>& names,
                       std::vector<preflight::NamedOutbox> outboxes,
                       std::function<void()> on_reached)
    : blueprint_(blueprint), on_reached_(std::move(on_reached)), outboxes_(std::move(outboxes)) {
  for (const settings::Database& database : blueprint_.settings.databases) {
    if (std::ranges::find(names, database.name) != names.end()) away_.push_back(&database);
  }
  if (away_.empty()) return;
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

std::vector<const settings::Database*> Latecomers::reached() {
  const std::lock_guard lock{mutex_};
  return std::exchange(reached_, {});
}

void Latecomers::run(const std::stop_token& stop) {
  using namespace std::chrono_literals;
  for (int attempt = 1; !away_.empty(); ++attempt) {
    if (!pause_for(backoff(attempt, 1s, 60s), stop)) return;
    const auto asked = away_;
    for (const settings::Database* database : asked) {
      if (!stop.stop_requested()) ask(*database);
    }
  }
}

preflight::Findings Latecomers::look_at(const settings::Database& database) {
  std::optional<preflight::OutboxIdentity> outbox;
  preflight::Findings findings = findings_of(blueprint_, database, &outbox);
  if (!outbox || preflight::any_fault(findings)) return findings;
  outboxes_.push_back({database.name, *outbox});
  for (preflight::Finding& finding : preflight::compare_outboxes(outboxes_)) {
    if (finding.severity == preflight::Finding::Severity::fault) {
      findings.push_back(std::move(finding));
    }
  }
  if (preflight::any_fault(findings)) outboxes_.pop_back();
  return findings;
}

void Latecomers::ask(const settings::Database& database) {
  const preflight::Findings findings = look_at(database);
  if (preflight::any_fault(findings)) {
    std::string all;
    for (const preflight::Finding& finding : findings) {
      if (finding.severity == preflight::Finding::Severity::fault) {
        all += (all.empty() ? "" : "; ") + finding.sentence;
      }
    }
    if (all == std::exchange(said_, all)) return;
    return log::error("a database is not served yet: " + all, {{"database", database.name}});
  }
  for (const preflight::Finding& finding : findings) {
    log::warn(finding.sentence, {{"database", database.name}});
  }
  std::erase(away_, &database);
  {
    const std::lock_guard lock{mutex_};
    reached_.push_back(&database);
  }
  on_reached_();
}

}  // namespace relay::wiring
