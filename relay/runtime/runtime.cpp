#include "relay/runtime/runtime.hpp"

#include <algorithm>

#include "relay/base/log.hpp"

namespace relay::runtime {
namespace {

constexpr std::chrono::seconds after_cancel{2};

}  // namespace

Runtime::Runtime(const Schedule::Options& options, const SleepOptions& sleep,
                 std::function<void()> task_ended)
    : pool_(options, std::move(task_ended)), sleepers_(pool_, sleep) {}

engine::Engine& Runtime::serve(Service service) {
  served_.push_back(std::make_unique<Served>(std::move(service), pool_, sleepers_));
  sleepers_.want(served_.size() > static_cast<std::size_t>(pool_.sessions()));
  return served_.back()->engine();
}

std::vector<const engine::Engine*> Runtime::engines() const {
  std::vector<const engine::Engine*> engines;
  for (const auto& served : served_) engines.push_back(&served->engine());
  return engines;
}

bool Runtime::all_are(engine::Engine::State state) const {
  return !served_.empty() && std::ranges::all_of(served_, [&](const auto& served) {
    return served->engine().state() == state;
  });
}

bool Runtime::any_is(engine::Engine::State state) const {
  return std::ranges::any_of(served_,
                             [&](const auto& served) { return served->engine().state() == state; });
}

std::int64_t Runtime::events_done() const {
  std::int64_t sum = 0;
  for (const auto& served : served_) sum += served->engine().events_done();
  return sum;
}

std::optional<Runtime::Said> Runtime::look_after_handlers() {
  for (const auto& served : served_) {
    std::string why = served->look_after_handlers();
    if (!why.empty()) return Said{served->engine().database(), std::move(why)};
  }
  return std::nullopt;
}

void Runtime::request_stop() {
  for (const auto& served : served_) served->request_stop();
}

bool Runtime::ended_by(Clock::time_point deadline) {
  return std::ranges::all_of(served_,
                             [&](const auto& served) { return served->ended_by(deadline); });
}

std::vector<std::string> Runtime::wait(Clock::time_point deadline) {
  if (ended_by(deadline)) return {};
  for (const auto& served : served_) {
    if (served->ended_by(Clock::now())) continue;
    log::warn("the drain limit is over: running statements are cancelled, their batches roll back",
              {{"database", served->engine().database()}});
    served->cancel();
  }
  const auto last = Clock::now() + after_cancel;
  std::vector<std::string> stuck;
  for (const auto& served : served_) {
    if (!served->ended_by(last)) stuck.push_back(served->engine().database());
  }
  return stuck;
}

}  // namespace relay::runtime
