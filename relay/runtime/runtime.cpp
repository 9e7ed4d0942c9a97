#include "relay/runtime/runtime.hpp"

#include <algorithm>

#include "relay/base/log.hpp"

namespace relay::runtime {
namespace {

constexpr std::chrono::seconds after_cancel{2};

}  // namespace

Runtime::Runtime(std::function<void()> thread_ended) : thread_ended_(std::move(thread_ended)) {}

engine::Engine& Runtime::serve(engine::EngineOptions options, engine::EngineParts parts,
                               Bounds bounds) {
  served_.push_back(std::make_unique<Served>(std::move(options), std::move(parts),
                                             std::move(bounds), thread_ended_));
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
    served->engine().cancel();
  }
  const auto last = Clock::now() + after_cancel;
  std::vector<std::string> stuck;
  for (const auto& served : served_) {
    if (!served->ended_by(last)) stuck.push_back(served->engine().database());
  }
  return stuck;
}

}  // namespace relay::runtime
