#include "relay/engine/worker.hpp"

#include <algorithm>
#include <utility>

#include "projections/failpoint.hpp"
#include "relay/base/log.hpp"
#include "relay/engine/availability.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto undecided_rest = 250ms;  // a lower number may still be committed
constexpr auto bell_wait = 500ms;       // the bell may be missed; this bounds what that costs
constexpr auto look_wait = 1s;  // the scout may get no connection: then lanes are read whole

}  // namespace

Worker::Worker(std::string name, std::vector<Field> fields, Bell& bell,
               const EngineOptions& options, const Parts& parts, Floor& floor, std::size_t slot)
    : name_(std::move(name)),
      fields_(std::move(fields)),
      bell_(bell),
      options_(options),
      parts_(parts),
      shared_(floor.shared),
      trouble_(floor.trouble),
      target_(floor.target),
      gate_(floor.gate),
      seat_{watch_, floor.flight, slot, options.handler_timeout} {}

void Worker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t rings = bell_.rings();
    bool did_something = false;
    try {
      did_something = take_turn(stop);
    } catch (...) {
      surprised();
    }
    if (!did_something) bell_.wait(rings, bell_wait, stop);
  }
}

// What failed on the way out of a failure, as without memory. Lanes and permits are back already;
// the session may be in the middle of anything.
void Worker::surprised() noexcept {
  drop_session();
  try {
    log::error("a worker was surprised and goes on",
               {{"who", name_}, {"why", projections::current_failure().message}});
  } catch (...) {
    // Nothing can be said either.
  }
}

// Whether this relay is to serve the field now, and who is served can take it.
bool Worker::may_take(const Field& field, const listeners::Duty& duty) const {
  if (field.queue == nullptr) return first_pass_available(parts_, duty);
  const std::set<std::string>& served = field.queue->detached ? duty.detached : duty.attached;
  return served.contains(field.queue->listener->name()) && field.queue->listener->available();
}

// @return whether there was anything to do.
bool Worker::take_turn(const std::stop_token& stop) {
  const auto duty = shared_.duty();
  if (!duty) return false;
  for (std::size_t step = 0; step < fields_.size(); ++step) {
    const Field& field = fields_[(next_field_ + step) % fields_.size()];
    if (!may_take(field, *duty)) continue;
    claim::TakenLanes taken{*field.board, parts_.store->lanes_per_claim(), Clock::now(),
                            options_.shallow_lanes_per_claim};
    if (taken.tickets().empty()) continue;
    next_field_ = (next_field_ + step + 1) % fields_.size();
    return begin(field, taken, *duty, stop);
  }
  return false;
}

// @return false: the database is not to be called now.
bool Worker::begin(const Field& field, claim::TakenLanes& taken, const listeners::Duty& duty,
                   const std::stop_token& stop) {
  Target::Call call{target_};
  if (!call.allowed()) return false;
  Job job{field, taken, taken.tickets(), stop};
  // Only now: two who may not take them would wake each other without end.
  if (field.board->waiting(Clock::now()) > 0) bell_.ring();
  work(job, duty, call);
  return true;
}

void Worker::work(Job& job, const listeners::Duty& duty, Target::Call& call) {
  try {
    if (!pass(job, duty, std::ranges::any_of(job.tickets, &claim::LaneTicket::alone))) return;
    call.worked();
    settle(job);
    return;
  } catch (const PassFailed& pass_failed) {
    failed(job, pass_failed.why, call);
  } catch (...) {
    failed(job, {.failure = projections::current_failure()}, call);
  }
  if (session_ && !session_->rollback()) drop_session();
}

// @return false: not let in, since others take their time; the database was not asked, and the
// lanes come again.
bool Worker::pass(Job& job, const listeners::Duty& duty, bool alone) {
  const Gate::Pass inside{gate_, alone, options_.call_limit};
  if (!inside.inside()) return false;
  store::WorkerSession& session = connected();
  check_floors(job);
  const auto condemned = shared_.condemned();
  const auto stuck = shared_.obstacles.stuck();
  const bool in_steps = Clock::now() < in_steps_until_;
  const PassContext context{session, seat_,      alone,  in_steps, job.tickets,
                            duty,    *condemned, *stuck, job.stop};
  if (job.field.queue == nullptr) {
    first_pass(parts_, context, job.result);
  } else {
    redeliver(parts_, *job.field.queue, context, job.result);
  }
  return true;
}

store::WorkerSession& Worker::connected() {
  if (session_) return *session_;
  try {
    auto fresh = parts_.store->open_worker_session(name_);
    server_run_ = fresh->server_run();
    connected_before_ = shared_.next_look();
    look_awaited_ = false;
    const std::lock_guard lock{session_mutex_};
    session_ = std::move(fresh);
  } catch (const store::Unreachable& error) {
    throw PassFailed{{.where = PassFailure::Where::connecting,
                      .failure = {error.failure.kind, "", error.what()}}};
  }
  return *session_;
}

// Floors hold on the server they were learned of. On another, where its sequences stand elsewhere,
// and where the scout has not looked since this session began, lanes are read from their
// start. A pooler may have moved us to where the scout is.
void Worker::check_floors(Job& job) {
  if (shared_.floors_hold(server_run_, connected_before_)) return;
  if (std::exchange(look_awaited_, true)) {
    server_run_ = session_->server_run();
  } else {
    shared_.wait_for_look(connected_before_, look_wait, job.stop);
  }
  const bool hold = shared_.floors_hold(server_run_, connected_before_);
  for (claim::LaneTicket& ticket : job.tickets) {
    ticket.floor = hold ? job.field.board->floor_of(ticket.lane) : 0;
  }
}

void Worker::cancel() noexcept {
  const std::lock_guard lock{session_mutex_};
  if (session_) session_->cancel();
}

void Worker::settle(const Job& job) {
  conflicts_ = 0;
  if (job.result.wants_alone) return single_out(job);
  forget_stuck(job);
  if (!job.result.stuck_lanes.empty()) return step_over(job);
  if (job.result.stale) {
    shared_.forbid();
    return shared_.wake_scout(true);
  }
  for (const store::LaneRead& read : job.result.lanes) {
    if (read.held) shared_.obstacles.well(*job.field.board, read.lane);
    settle_lane(job, read);
  }
  if (job.result.events > 0 && job.result.buried.empty()) shared_.obstacles.something_passed();
  spread_ready(job);
  if (job.result.retries) shared_.retries_to_come = true;
  shared_.forget(job.result.buried);
  shared_.events_done += static_cast<std::int64_t>(job.result.events);
  if (!shared_.obstacles.any_in_trouble(Clock::now())) trouble_.end("statement");
}

void Worker::settle_lane(const Job& job, const store::LaneRead& read) {
  claim::LaneBoard& board = *job.field.board;
  if (!read.held) return job.taken.done(read.lane, read.more);
  const bool deliveries = job.field.queue != nullptr;
  if (job.result.left_over) {
    board.be_careful(read.lane, read.events);
  } else {
    board.passed(read.lane, read.events, read.last);
    if (!deliveries && projections::sabotaged("cursor_instead_of_state")) {
      board.settle(read.last);
      board.read_up_to(read.lane, read.last);
    }
    if (shared_.floors_hold(server_run_, connected_before_)) {
      deliveries ? board.read_up_to(read.lane, read.last)
                 : board.committed_up_to(read.lane, read.last);
    }
  }
  job.taken.done(read.lane, read.more || job.result.left_over || (deliveries && read.events > 0));
}

void Worker::be_careful(const Job& job) {
  for (const store::LaneRead& read : job.result.lanes) {
    if (read.held && read.events > 0) job.field.board->be_careful(read.lane, read.events);
  }
}

// A suspect among others is looked for one by one; found, it comes again with nothing beside it.
void Worker::single_out(const Job& job) {
  be_careful(job);
  for (const claim::LaneTicket& ticket : job.tickets) {
    if (ticket.careful) job.field.board->be_alone(ticket.lane);
  }
}

// Among others it is looked for one by one; alone it is left where it is, and its lane goes on.
void Worker::step_over(const Job& job) {
  claim::LaneBoard& board = *job.field.board;
  for (const store::LaneRead& read : job.result.lanes) {
    if (!job.result.stuck_lanes.contains(read.lane)) continue;
    if (!job.result.stepped_over) {
      board.be_careful(read.lane, read.events);
      continue;
    }
    board.passed(read.lane, read.events, read.last);
    if (!board.step_over(read.lane, read.last))
      board.rest(read.lane, Clock::now() + undecided_rest);
  }
}

void Worker::forget_stuck(const Job& job) {
  bool none_left = false;
  for (const std::string& id : job.result.gone) {
    none_left = shared_.obstacles.passed(id) || none_left;
  }
  if (job.result.lone && job.result.events > 0) {
    none_left = shared_.obstacles.passed(job.result.lone->id) || none_left;
  }
  if (none_left) trouble_.end("event");
}

// What this commit made ready is taken by whoever is next, without waiting for a look.
void Worker::spread_ready(const Job& job) {
  for (const auto& [listener, lanes] : job.result.ready) {
    const auto board = shared_.delivery_boards.find(listener);
    if (board == shared_.delivery_boards.end()) continue;
    board->second.found_work({lanes.begin(), lanes.end()});
    shared_.ring_for(listener);
  }
}

}  // namespace relay::engine
