#include "relay/wiring/process/latecomers.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/wiring/cli/each_database.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 1s;
constexpr auto longest_pause = 60s;
// More than at the start, where others wait: a slow one gets in all the same.
constexpr auto look_again_at_most = 60s;

}  // namespace

Latecomers::Latecomers(const Blueprint& blueprint, const Unfit& unfit,
                       std::vector<preflight::NamedOutbox> outboxes,
                       std::function<void()> on_reached)
    : blueprint_(blueprint),
      budgets_(session_budgets(blueprint.settings)),
      on_reached_(std::move(on_reached)),
      outboxes_(std::move(outboxes)) {
  const auto now = std::chrono::steady_clock::now();
  for (const settings::Database& database : blueprint_.settings.databases) {
    const auto found = unfit.find(database.name);
    if (found == unfit.end()) continue;
    const bool was_asked = !found->second.empty();
    away_.push_back({.database = &database,
                     .said = found->second,
                     .asked = was_asked ? 1 : 0,
                     .due = was_asked ? now + backoff(1, first_pause, longest_pause) : now});
  }
  unfit_ = away_.size();
  for (std::size_t i = 0; i < std::min(unfit_, databases_at_once); ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

Latecomers::~Latecomers() {
  for (std::jthread& thread : threads_) thread.request_stop();  // all, before one is waited for
}

std::vector<const settings::Database*> Latecomers::reached() {
  const std::lock_guard lock{mutex_};
  return std::exchange(reached_, {});
}

void Latecomers::run(const std::stop_token& stop) {
  while (std::optional<Latecomer> one = next(stop)) {
    const bool fit = is_fit(*one);
    ++one->asked;
    one->due = std::chrono::steady_clock::now() + backoff(one->asked, first_pause, longest_pause);
    {
      const std::lock_guard lock{mutex_};
      if (fit) {
        reached_.push_back(one->database);
        --unfit_;
      } else {
        away_.push_back(std::move(*one));
      }
      if (unfit_ == 0) all_are_fit_.notify_all();
    }
    if (fit) on_reached_();
  }
}

/// The one that is due first, when it is. @return nothing: a stop, or all are fit.
std::optional<Latecomers::Latecomer> Latecomers::next(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested() && unfit_ > 0) {
    const auto now = std::chrono::steady_clock::now();
    const auto first = std::ranges::min_element(away_, {}, &Latecomer::due);
    if (first != away_.end() && first->due <= now) {
      Latecomer one = std::move(*first);
      away_.erase(first);
      return one;
    }
    // One that comes back meanwhile is waited for by the thread that brings it.
    const auto until = first == away_.end() ? now + longest_pause : first->due;
    all_are_fit_.wait_until(lock, stop, until, [&] { return unfit_ == 0; });
  }
  return {};
}

/// The preflight; one that passes has its outbox for itself from then on.
preflight::Findings Latecomers::look_at(const settings::Database& database) {
  std::optional<preflight::OutboxIdentity> outbox;
  preflight::Findings findings =
      findings_of(blueprint_, database, budgets_, look_again_at_most, &outbox);
  if (!outbox || preflight::any_fault(findings)) return findings;
  preflight::NamedOutbox one{database.name, std::move(*outbox)};
  const std::lock_guard lock{mutex_};
  const preflight::Findings doubles = preflight::compare_outbox(one, outboxes_);
  if (doubles.empty()) outboxes_.push_back(std::move(one));
  findings.insert(findings.end(), doubles.begin(), doubles.end());
  return findings;
}

/// Asks it, and says what is new.
bool Latecomers::is_fit(Latecomer& latecomer) {
  const preflight::Findings findings = look_at(*latecomer.database);
  const std::string& name = latecomer.database->name;
  if (preflight::any_fault(findings)) {
    const std::string why = faults_in_words(findings);
    if (why != std::exchange(latecomer.said, why)) log_unfit(name, why);
    return false;
  }
  for (const preflight::Finding& finding : findings) {
    log::warn(finding.sentence, {{"database", name}});
  }
  return true;
}

}  // namespace relay::wiring
