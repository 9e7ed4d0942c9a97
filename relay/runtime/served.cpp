#include "relay/runtime/served.hpp"

#include "relay/base/log.hpp"
#include "relay/listeners/assignment.hpp"
#include "relay/runtime/bounded_handling.hpp"
#include "relay/runtime/engine_tasks.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto grace = 2s;          // for a handler to notice the stop, or the shut connection
constexpr auto hints_session = 5s;  // to wait for one

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

Served::Served(Service service, Pool& pool, Sleepers& sleepers)
    : pool_(pool),
      bounds_(std::move(service.bounds)),
      flight_(flight_options(service.options, service.parts, bounds_)),
      engine_(std::move(service.options), std::move(service.parts), remains_of(flight_),
              [this](std::size_t worker) { return handling_of(worker); }),
      sleep_(engine_, sleepers, service.share, service.may_sleep,
             [this](bool asleep) { rest(asleep); }),
      account_(pool_, service.share) {
  chores_bell_.answer([this](flow::Bell::Who who) { pool_.ring(chores_bell_, who); });
  engine_.answer_bells(
      [&pool](const flow::Bell& bell, flow::Bell::Who who) { pool.ring(bell, who); });
  chores_ = service.chores({engine_, [this] { return pool_.take_use(account_.get()); }});
  add_tasks();
  if (!service.listens) return;
  hints_session_ = pool_.lend(Clock::now() + hints_session);
  if (hints_session_) {
    hints_ = engine_.listen();
  } else {
    log::warn("hints by NOTIFY are off: every session of the process is in use",
              {{"database", engine_.database()}});
  }
}

Served::OpenAccount::~OpenAccount() {
  stop();
  if (!ended_by(Clock::now())) cancel();
  while (!ended_by(Clock::now() + 1s)) cancel();
  pool_.close(account_);
}

// What may wait for the same is in one group: no listener, nor the brokers, holds all threads.
void Served::add_tasks() {
  const std::string brokers = "brokers";
  pool_.add(account_.get(), Schedule::Kind::look,
            *tasks_.emplace_back(std::make_shared<ScoutTask>(engine_.scout(), &sleep_)),
            &engine_.scout_bell());
  for (const auto& worker : engine_.workers()) {
    std::vector<std::string> groups;
    const engine::Queue* queue = worker->drains();
    if (queue != nullptr) groups.push_back("listener " + queue->listener->name());
    const bool forward =
        queue != nullptr ? queue->listener->kind() == listeners::forward : engine_.only_forwards();
    if (forward) groups.push_back(brokers);
    pool_.add(account_.get(), queue != nullptr ? Schedule::Kind::drain : Schedule::Kind::work,
              *tasks_.emplace_back(std::make_shared<WorkerTask>(*worker, sleep_)), &worker->bell(),
              groups);
  }
  for (const auto& chore : chores_) {
    pool_.add(account_.get(), Schedule::Kind::chore, *chore, &chores_bell_);
  }
}

// On the scout's turn.
void Served::rest(bool asleep) {
  for (const auto& chore : chores_) chore->rest(asleep);
  chores_bell_.ring_for_all();
  if (asleep) pool_.shed(account_.get());
}

engine::HandlingOfPass Served::handling_of(std::size_t worker) {
  HandlerWatch& watch = *watches_.emplace_back(std::make_unique<HandlerWatch>());
  const WorkerSlot slot{watch, flight_, worker, bounds_.handler_timeout};
  return [slot](store::WorkerSession& session, bool alone, const std::stop_token& stop) {
    return std::make_unique<BoundedHandling>(session, slot, alone, stop);
  };
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
