#include "relay/engine/engine.hpp"

#include <algorithm>

namespace relay::engine {
namespace {

flow::BreakerLimits breaker_limits(const EngineOptions& options, const EngineParts& parts) {
  return {.failures_in_a_row = options.breaker_failures,
          .pause_least = std::min(std::chrono::milliseconds{1'000}, options.breaker_pause),
          .pause_most = options.breaker_pause,
          .callers = 1 + static_cast<int>(Engine::workers_of(options, parts))};
}

std::vector<std::string> names_of(const std::vector<Queue>& queues) {
  std::vector<std::string> names;
  for (const Queue& queue : queues) names.push_back(queue.listener->name());  // some twice
  return names;
}

}  // namespace

std::size_t Engine::workers_of(const EngineOptions& options, const EngineParts& parts) {
  int workers = options.workers;
  for (const Queue& queue : parts.queues) workers += queue.detached ? queue.workers : 0;
  return static_cast<std::size_t>(workers);
}

Engine::Engine(EngineOptions options, EngineParts parts, Remains remains,
               const HandlingOfWorker& handling_of)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      boards_(options_.lanes, parts_.order == projections::Order::by_key, names_of(parts_.queues)),
      conditions_(options_.database, parts_),
      breaker_(conditions_, breaker_limits(options_, parts_), parts_),
      section_([this] { boards_.ring_for_everybody(); }),
      context_{options_, parts_, boards_, conditions_, breaker_, section_},
      scout_(options_, parts_, boards_, conditions_, breaker_, std::move(remains)) {
  std::vector<WorkSource> of_events;  // retries of attached listeners before new events
  for (const Queue& queue : parts_.queues) {
    if (!queue.detached) of_events.push_back(source_of(queue));
  }
  of_events.push_back({&boards_.board, nullptr});
  for (int number = 1; number <= options_.workers; ++number) {
    add_worker("worker " + std::to_string(number) + " of " + options_.database, of_events,
               boards_.bell, handling_of);
  }
  for (const Queue& queue : parts_.queues) {
    for (int number = 1; queue.detached && number <= queue.workers; ++number) {
      add_worker("drainer " + queue.listener->name() + " of " + options_.database,
                 {source_of(queue)}, boards_.drainer_bells.at(queue.listener->name()), handling_of);
    }
  }
}

WorkSource Engine::source_of(const Queue& queue) {
  return {&boards_.delivery_boards.at(queue.listener->name()), &queue};
}

void Engine::add_worker(const std::string& name, std::vector<WorkSource> sources, flow::Bell& bell,
                        const HandlingOfWorker& handling_of) {
  workers_.push_back(std::make_unique<Worker>(name, std::move(sources), bell,
                                              handling_of(workers_.size()), context_));
}

void Engine::answer_bells(const std::function<void(const flow::Bell&, flow::Bell::Who)>& come) {
  const auto answer = [&](flow::Bell& bell) {
    bell.answer([come, &bell](flow::Bell::Who who) { come(bell, who); });
  };
  answer(boards_.scout_bell);
  answer(boards_.bell);
  for (auto& entry : boards_.drainer_bells) answer(entry.second);
}

bool Engine::only_forwards() const {
  return std::ranges::all_of(parts_.queues, [](const Queue& queue) {
    return queue.listener->kind() == listeners::forward;
  });
}

Engine::State Engine::state() const {
  if (!scout_.refused().empty()) return State::refused;
  return scout_.drained() ? State::drained : State::working;
}

std::string Engine::sentence() const {
  const std::string refused = scout_.refused();
  return refused.empty() ? conditions_.sentence() : refused;
}

}  // namespace relay::engine
