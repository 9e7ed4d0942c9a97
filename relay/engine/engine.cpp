#include "relay/engine/engine.hpp"

#include "relay/base/log.hpp"

namespace relay::engine {
namespace {

constexpr int lanes = 64;  // freshet_lane() knows it, too; all relays must agree on it
constexpr std::chrono::seconds after_cancel{2};

std::vector<std::string> names_of(const std::vector<Queue>& queues) {
  std::vector<std::string> names;
  for (const Queue& queue : queues) names.push_back(queue.listener->name());  // some twice
  return names;
}

// The scout, the first pass's workers, and those of detached queues.
int threads_of(const EngineOptions& options, const Parts& parts) {
  int threads = 1 + options.workers;
  for (const Queue& queue : parts.queues) threads += queue.detached ? queue.workers : 0;
  return threads;
}

}  // namespace

Engine::Engine(EngineOptions options, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      shared_(lanes, parts_.order == projections::Order::by_key, names_of(parts_.queues)),
      trouble_(options_.database, *parts_.recorder),
      target_(trouble_, threads_of(options_, parts_)),
      flight_({.folder = options_.flight_folder,
               .database = parts_.store->description(),
               .slots = static_cast<std::size_t>(threads_of(options_, parts_)),
               .ids_max = static_cast<std::size_t>(options_.batch_size)}),
      floor_{shared_, trouble_, target_, gate_, flight_},
      scout_(options_, parts_, shared_, trouble_, target_, flight_.adopted()) {
  std::vector<Field> first_pass;  // retries of attached listeners before new events
  for (const Queue& queue : parts_.queues) {
    if (!queue.detached) first_pass.push_back(field_of(queue));
  }
  first_pass.push_back({&shared_.board, nullptr});
  for (int number = 1; number <= options_.workers; ++number) {
    add_worker("worker " + std::to_string(number) + " of " + options_.database, first_pass,
               shared_.bell);
  }
  for (const Queue& queue : parts_.queues) {
    for (int number = 1; queue.detached && number <= queue.workers; ++number) {
      add_worker("drainer " + queue.listener->name() + " of " + options_.database,
                 {field_of(queue)}, shared_.drainer_bells.at(queue.listener->name()));
    }
  }
  launch([this](const std::stop_token& stop) { scout_.run(stop); });
  for (const auto& worker : workers_) {
    launch([&worker = *worker](const std::stop_token& stop) { worker.run(stop); });
  }
  hints_ = parts_.store->listen([this] { shared_.wake_scout(false); });
}

Field Engine::field_of(const Queue& queue) {
  return {&shared_.delivery_boards.at(queue.listener->name()), &queue};
}

void Engine::add_worker(const std::string& name, std::vector<Field> fields, Bell& bell) {
  workers_.push_back(std::make_unique<Worker>(name, std::move(fields), bell, options_, parts_,
                                              floor_, workers_.size()));
}

Engine::~Engine() {
  request_stop();
  if (!ended()) cancel_all();
}

void Engine::cancel_all() noexcept {
  scout_.cancel();
  for (const auto& worker : workers_) worker->cancel();
}

void Engine::launch(std::function<void(const std::stop_token&)> body) {
  {
    const std::lock_guard lock{mutex_};
    ++running_;
  }
  threads_.emplace_back([this, body = std::move(body)](const std::stop_token& stop) {
    body(stop);
    {
      const std::lock_guard lock{mutex_};
      --running_;
      ended_.notify_all();
    }
    options_.on_thread_end();
  });
}

Engine::State Engine::state() const {
  if (!scout_.refused().empty()) return State::refused;
  return scout_.drained() ? State::drained : State::working;
}

std::string Engine::sentence() const {
  const std::string refused = scout_.refused();
  return refused.empty() ? trouble_.sentence() : refused;
}

void Engine::request_stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

bool Engine::all_ended_by(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  return ended_.wait_until(lock, deadline, [this] { return running_ == 0; });
}

bool Engine::ended() {
  return all_ended_by(std::chrono::steady_clock::now());
}

bool Engine::wait_for_end(std::chrono::milliseconds time) {
  std::unique_lock lock{mutex_};
  return ended_.wait_for(lock, time, [this] { return state() != State::working; });
}

std::string Engine::look_after_handlers() {
  constexpr std::chrono::seconds grace{2};  // to notice the stop, or the shut connection
  for (const auto& worker : workers_) {
    const auto late = worker->look_at_handler();
    if (!late || late->by < grace) {
      reported_.erase(worker->slot());
      continue;
    }
    const std::string what = worker->name() + " is stuck in projection \"" + late->listener +
                             "\" with event " + late->event_id;
    if (reported_.insert(worker->slot()).second) {
      trouble_.begin("stuck", what + " and does not answer; the others go on");
    }
    if (late->by < options_.stuck_exit) continue;
    flight_.blame(worker->slot());
    return what + " for " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(late->by).count()) +
           " s past its time";
  }
  if (reported_.empty()) trouble_.end("stuck");
  return "";
}

bool Engine::wait(std::chrono::steady_clock::time_point deadline) {
  if (all_ended_by(deadline)) return true;
  log::warn("the drain limit is over: running statements are cancelled, their batches roll back",
            {{"database", options_.database}});
  cancel_all();
  return all_ended_by(std::chrono::steady_clock::now() + after_cancel);
}

}  // namespace relay::engine
