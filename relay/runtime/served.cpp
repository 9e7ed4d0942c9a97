#include "relay/runtime/served.hpp"

#include "relay/runtime/bounded_handling.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto bell_wait = 500ms;  // the bell may be missed; this bounds what that costs
constexpr auto grace = 2s;         // for a handler to notice the stop, or the shut connection

flow::FlightRecord::Options flight_options(const engine::EngineOptions& options,
                                           const engine::EngineParts& parts, const Bounds& bounds) {
  return {.folder = bounds.flight_folder,
          .database = parts.store->description(),
          .slots = engine::Engine::workers_of(options, parts),
          .ids_max = static_cast<std::size_t>(bounds.batch_size)};
}

engine::Remains remains_of(flow::FlightRecord& flight) {
  return {.found = flight.adopted().remains(),
          .stored = [&adopted = flight.adopted()] { adopted.forget(); }};
}

}  // namespace

Served::Served(engine::EngineOptions options, engine::EngineParts parts, Bounds bounds,
               std::function<void()> thread_ended)
    : bounds_(std::move(bounds)),
      thread_ended_(std::move(thread_ended)),
      flight_(flight_options(options, parts, bounds_)),
      engine_(std::move(options), std::move(parts), remains_of(flight_),
              [this](std::size_t worker) { return handling_of(worker); }) {
  launch([this](const std::stop_token& stop) { scout(stop); });
  for (const auto& worker : engine_.workers()) {
    launch([&worker = *worker](const std::stop_token& stop) { work(worker, stop); });
  }
  hints_ = engine_.listen();
}

Served::~Served() {
  request_stop();
  if (!ended_by(Clock::now())) engine_.cancel();
}

engine::HandlingOfPass Served::handling_of(std::size_t worker) {
  HandlerWatch& watch = *watches_.emplace_back(std::make_unique<HandlerWatch>());
  const Seat seat{watch, flight_, worker, bounds_.handler_timeout};
  return [seat](store::WorkerSession& session, bool alone, const std::stop_token& stop) {
    return std::make_unique<BoundedHandling>(session, seat, alone, stop);
  };
}

void Served::launch(std::function<void(const std::stop_token&)> body) {
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
    thread_ended_();
  });
}

void Served::scout(const std::stop_token& stop) {
  while (!stop.stop_requested() && !engine_.scout().has_ended()) {
    const std::uint64_t rings = engine_.scout_bell().rings();
    const auto pause = engine_.scout().take_turn(stop);
    if (engine_.scout().has_ended()) return;
    engine_.scout_bell().wait(rings, pause, stop);
  }
}

void Served::work(engine::Worker& worker, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t rings = worker.bell().rings();
    if (!worker.take_turn(stop)) worker.bell().wait(rings, bell_wait, stop);
  }
}

void Served::request_stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

bool Served::ended_by(Clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  return ended_.wait_until(lock, deadline, [this] { return running_ == 0; });
}

std::string Served::look_after_handlers() {
  for (std::size_t worker = 0; worker < watches_.size(); ++worker) {
    const auto late = watches_[worker]->look(Clock::now());
    if (!late || late->by < grace) {
      reported_.erase(worker);
      continue;
    }
    const std::string what = engine_.workers()[worker]->name() + " is stuck in projection \"" +
                             late->listener + "\" with event " + late->event_id;
    if (reported_.insert(worker).second) {
      engine_.conditions().begin("stuck", what + " and does not answer; the others go on");
    }
    if (late->by < bounds_.stuck_exit) continue;
    flight_.blame(worker);
    return what + " for " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(late->by).count()) +
           " s past its time";
  }
  if (reported_.empty()) engine_.conditions().end("stuck");
  return "";
}

}  // namespace relay::runtime
