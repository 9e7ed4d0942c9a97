#include "relay/wiring/process/latecomers.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/wiring/cli/each_database.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;

constexpr auto first_rest = 1s;
constexpr auto longest_rest = 60s;
// More than at the start, where others wait: a slow one gets in all the same.
constexpr auto look_again_at_most = 60s;

}  // namespace

Latecomers::Latecomers(const Blueprint& blueprint, std::vector<preflight::NamedOutbox> outboxes,
                       Lend lend, std::function<void()> on_reached)
    : blueprint_(blueprint),
      budgets_(blueprint.settings),
      lend_(std::move(lend)),
      on_reached_(std::move(on_reached)),
      outboxes_(std::move(outboxes)) {}

Latecomers::~Latecomers() {
  for (std::jthread& thread : threads_) thread.request_stop();  // all, before one is waited for
}

void Latecomers::ask(SharedDatabase database, const std::string& said) {
  const std::lock_guard lock{mutex_};
  wanted_[database->name] = database;
  const bool was_asked = !said.empty();
  const auto pause = was_asked ? backoff(1, first_rest, longest_rest) : 0ms;
  away_.push_back({.database = std::move(database),
                   .said = said,
                   .asked = was_asked ? 1 : 0,
                   .due = Clock::now() + pause});
  // One that is at a look may be for long.
  if (idle_ < away_.size() && threads_.size() < threads_most()) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
  came_.notify_one();
}

std::size_t Latecomers::threads_most() const {
  const auto half = static_cast<std::size_t>(blueprint_.settings.relay.connections) / 2;
  return std::clamp<std::size_t>(half, 2, databases_at_once);
}

void Latecomers::forget(const std::string& name) {
  const std::lock_guard lock{mutex_};
  wanted_.erase(name);
  std::erase_if(away_, [&](const Latecomer& one) { return one.database->name == name; });
  std::erase_if(reached_, [&](const SharedDatabase& one) { return one->name == name; });
  std::erase_if(outboxes_, [&](const preflight::NamedOutbox& one) { return one.name == name; });
}

std::vector<SharedDatabase> Latecomers::reached() {
  const std::lock_guard lock{mutex_};
  return std::exchange(reached_, {});
}

void Latecomers::run(const std::stop_token& stop) {
  while (std::optional<Latecomer> one = next(stop)) {
    const auto session = lend_(stop);
    const bool fit = session != nullptr && is_fit(*one);
    returned(std::move(*one), fit);
    if (fit) on_reached_();
  }
}

// One that was forgotten meanwhile, or is wanted otherwise by now, is dropped.
void Latecomers::returned(Latecomer one, bool fit) {
  const std::lock_guard lock{mutex_};
  if (!is_wanted(*one.database)) return;
  if (fit) {
    reached_.push_back(one.database);
  } else {
    ++one.asked;
    one.due = Clock::now() + backoff(one.asked, first_rest, longest_rest);
    away_.push_back(std::move(one));
    came_.notify_one();
  }
}

/// Still, and as it is said here. To be called under the mutex.
bool Latecomers::is_wanted(const settings::Database& database) const {
  const auto wanted = wanted_.find(database.name);
  return wanted != wanted_.end() && wanted->second.get() == &database;
}

/// The one that is due first, when it is. @return nothing: a stop.
std::optional<Latecomers::Latecomer> Latecomers::next(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    const auto now = Clock::now();
    const auto first = std::ranges::min_element(away_, {}, &Latecomer::due);
    if (first != away_.end() && first->due <= now) {
      Latecomer one = std::move(*first);
      away_.erase(first);
      return one;
    }
    const std::size_t seen = away_.size();
    const auto until = first == away_.end() ? now + longest_rest : first->due;
    ++idle_;
    came_.wait_until(lock, stop, until, [&] { return away_.size() != seen; });
    --idle_;
  }
  return {};
}

/// The preflight; one that passes has its outbox for itself from then on. Not so if it was
/// forgotten meanwhile: whoever is wanted by its name now would find the outbox taken, by that
/// name.
preflight::Findings Latecomers::look_at(const settings::Database& database) {
  std::optional<preflight::OutboxIdentity> outbox;
  preflight::Findings findings =
      findings_of(blueprint_, database, budgets_, {.time = look_again_at_most}, &outbox);
  if (!outbox || preflight::any_fault(findings)) return findings;
  preflight::NamedOutbox one{database.name, std::move(*outbox)};
  const std::lock_guard lock{mutex_};
  if (!is_wanted(database)) return findings;
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
