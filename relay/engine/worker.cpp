#include "relay/engine/worker.hpp"

#include <algorithm>

#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/listeners/roster.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using projections::Failure;
using projections::FailureKind;
using Clock = std::chrono::steady_clock;

constexpr auto bell_wait = 500ms;  // the bell may be missed; this bounds what that costs
constexpr int conflicts_before_care = 3;
constexpr auto trouble_rest = 1'000ms;

}  // namespace

Worker::Worker(std::string name, std::vector<Field> fields, const EngineOptions& options,
               const Parts& parts, Shared& shared, Trouble& trouble)
    : name_(std::move(name)),
      fields_(std::move(fields)),
      options_(options),
      parts_(parts),
      shared_(shared),
      trouble_(trouble) {}

void Worker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t bell = shared_.bell();
    if (!take_turn(stop)) shared_.wait_for_bell(bell, bell_wait, stop);
  }
}

// @return whether there was anything to do.
bool Worker::take_turn(const std::stop_token& stop) {
  const auto duty = shared_.duty();
  if (!duty) return false;
  for (std::size_t step = 0; step < fields_.size(); ++step) {
    const Field& field = fields_[(next_field_ + step) % fields_.size()];
    if (field.queue != nullptr && !duty->serves(field.queue->listener->name())) continue;
    const Tickets tickets = field.board->take(options_.lanes_per_claim, Clock::now());
    if (tickets.empty()) continue;
    next_field_ = (next_field_ + step + 1) % fields_.size();
    Job job{field, tickets, stop};
    work(job, *duty);
    return true;
  }
  return false;
}

void Worker::work(Job& job, const listeners::Duty& duty) {
  try {
    const auto condemned = shared_.condemned();
    const PassContext context{connected(), job.tickets, duty, *condemned, job.stop};
    if (job.field.queue == nullptr) {
      first_pass(parts_, context, job.result);
    } else {
      redeliver(parts_, *job.field.queue, context, job.result);
    }
    settle(job);
    return;
  } catch (const ListenerFailed& error) {
    if (error.failure.kind == FailureKind::timeout || error.failure.kind == FailureKind::event) {
      isolate(job, {{error.event_id, error.listener}}, error.failure);
    } else {
      failed(job, error.failure);
    }
  } catch (const CommitRefused& refused) {
    if (refused.failure.kind == FailureKind::conflict) {
      failed(job, refused.failure);
    } else {
      isolate(job, refused.applied, refused.failure);
    }
  } catch (const ListenerStopped& stopped) {
    pause_listener(job, stopped);
  } catch (...) {
    failed(job, projections::current_failure());
  }
  if (connection_) connection_->rollback();
  give_back(job);
}

pg::Connection& Worker::connected() {
  if (!connection_) {
    auto fresh = std::make_unique<pg::Connection>(
        options_.conninfo, pg::ConnectOptions{.application_name = "freshet " + name_});
    const std::lock_guard lock{connection_mutex_};
    connection_ = std::move(fresh);
  }
  return *connection_;
}

void Worker::cancel() noexcept {
  const std::lock_guard lock{connection_mutex_};
  if (connection_) connection_->cancel();
}

void Worker::settle(const Job& job) {
  conflicts_ = 0;
  losses_ = 0;
  if (job.result.stale) {
    shared_.forbid();
    shared_.wake_scout(true);
    return give_back(job);
  }
  for (const claim::LaneRead& read : job.result.lanes) settle_lane(job, read);
  spread_ready(job);
  shared_.forget(job.result.buried);
  shared_.events_done += static_cast<std::int64_t>(job.result.events);
  trouble_.end("connection");
}

void Worker::settle_lane(const Job& job, const claim::LaneRead& read) {
  claim::LaneBoard& board = *job.field.board;
  if (!read.held) return board.busy(read.lane);
  const bool deliveries = job.field.queue != nullptr;
  // Retries that are due come in no order of places, so care ends where the queue does.
  const bool through = deliveries && read.events == 0;
  if (job.result.left_over) {
    board.be_careful(read.lane, deliveries ? INT64_MAX : read.last);
  } else {
    board.passed(read.lane, through ? INT64_MAX : read.last);
    if (deliveries && parts_.order == projections::Order::by_key) {
      board.read_up_to(read.lane, read.last);
    }
  }
  board.done(read.lane, read.more || job.result.left_over || (deliveries && read.events > 0));
}

// What this commit made ready is taken by whoever is next, without waiting for a look.
void Worker::spread_ready(const Job& job) {
  bool any = false;
  for (const auto& [listener, lanes] : job.result.ready) {
    const auto board = shared_.delivery_boards.find(listener);
    if (board == shared_.delivery_boards.end()) continue;
    board->second.found_work({lanes.begin(), lanes.end()});
    any = true;
  }
  if (any) shared_.ring();
}

void Worker::give_back(const Job& job) {
  for (const claim::LaneTicket& ticket : job.tickets) job.field.board->done(ticket.lane, true);
}

// Under every lane's lock, so ours must be let go first. Not had in time: the batch fails again
// after a rest, and it is tried again.
void Worker::pause_listener(const Job& job, const ListenerStopped& stopped) {
  rest(job, trouble_rest);
  if (!connection_ || !connection_->rollback() || job.stop.stop_requested()) return;
  try {
    listeners::pause_listener(*connection_, stopped.listener, stopped.what(), stopped.by);
    log::error("a projection is paused; its events wait as deliveries",
               {{"projection", stopped.listener}, {"why", stopped.what()}});
  } catch (...) {
    log::warn("a projection is to be paused, but other relays hold their lanes",
              {{"projection", stopped.listener}, {"why", projections::current_failure().message}});
  }
  shared_.wake_scout(true);
}

void Worker::failed(const Job& job, const Failure& why) {
  if (job.stop.stop_requested()) return;  // cancelled to end in time; nothing of it counts
  switch (why.kind) {
    case FailureKind::conflict: return again(job, why);
    case FailureKind::connection: return lost(why, job.stop);
    case FailureKind::timeout:
    case FailureKind::event:
    case FailureKind::configuration:
      // One of our own statements: nobody's event is at fault, somebody must look.
      trouble_.begin("connection", "the relay cannot work: " + why.message);
      return rest(job, trouble_rest);
  }
}

void Worker::again(const Job& job, const Failure& why) {
  ++conflicts_;
  log::debug("a batch runs again", {{"why", why.message}, {"times", std::to_string(conflicts_)}});
  if (conflicts_ >= conflicts_before_care) isolate(job, {}, why);
  pause_for(backoff(conflicts_, 2ms, 500ms), job.stop);
}

// A batch whose transaction died as a whole comes again one event at a time; an event that was
// alone already is the culprit.
void Worker::isolate(const Job& job,
                     const std::vector<std::pair<std::string, std::string>>& suspects,
                     const Failure& why) {
  const bool alone = std::ranges::any_of(job.tickets, &claim::LaneTicket::careful);
  if (alone && suspects.empty()) {
    trouble_.begin("connection", "the relay cannot complete an event: " + why.message);
    return rest(job, trouble_rest);
  }
  if (alone) {
    for (const auto& who : suspects) shared_.condemn(who, why);
    return;
  }
  const bool deliveries = job.field.queue != nullptr;
  for (const claim::LaneRead& read : job.result.lanes) {
    if (!read.held || read.events == 0) continue;
    job.field.board->be_careful(read.lane, deliveries ? INT64_MAX : read.last);
  }
}

void Worker::lost(const Failure& why, const std::stop_token& stop) {
  {
    const std::lock_guard lock{connection_mutex_};
    connection_.reset();
  }
  trouble_.begin("connection", "the connection was lost: " + why.message);
  pause_for(backoff(++losses_, 100ms, 5s), stop);
}

void Worker::rest(const Job& job, std::chrono::milliseconds time) {
  for (const claim::LaneTicket& ticket : job.tickets) {
    job.field.board->rest(ticket.lane, Clock::now() + time);
  }
}

}  // namespace relay::engine
