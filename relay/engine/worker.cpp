#include "relay/engine/worker.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/engine/availability.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto undecided_rest = 250ms;  // a lower number may still be committed
constexpr auto look_wait = 1s;      // the scout may get no connection: then lanes are read whole
constexpr auto given_up_rest = 5s;  // meanwhile others are let in

// While lanes were kept their floors may have been forgotten.
void lower_floors(const lanes::LaneBoard& board, std::vector<lanes::LaneTicket>& tickets) {
  for (lanes::LaneTicket& ticket : tickets) {
    ticket.floor = std::min(ticket.floor, board.floor_of(ticket.lane));
  }
}

}  // namespace

Worker::Worker(std::string name, std::vector<WorkSource> sources, flow::Bell& bell,
               HandlingOfPass handling, const WorkerContext& context)
    : name_(std::move(name)),
      sources_(std::move(sources)),
      bell_(bell),
      handling_(std::move(handling)),
      options_(context.options),
      parts_(context.parts),
      boards_(context.boards),
      conditions_(context.conditions),
      breaker_(context.breaker),
      section_(context.section) {}

bool Worker::take_turn(const std::stop_token& stop) noexcept {
  try {
    return turn(stop);
  } catch (...) {
    surprised();
    return false;
  }
}

// What failed on the way out of a failure, as without memory. Lanes and permits are back already;
// the session may be in the middle of anything.
void Worker::surprised() noexcept {
  session_.drop();
  try {
    log::error("a worker was surprised and goes on",
               {{"who", name_}, {"why", projections::current_failure().message}});
  } catch (...) {
    // Nothing can be said either.
  }
}

// Whether this relay is to serve the source now, and its listeners can take it.
bool Worker::may_take(const WorkSource& source, const listeners::Assignment& assignment) const {
  if (source.queue == nullptr) return first_pass_available(parts_, assignment);
  const std::set<std::string>& served =
      source.queue->detached ? assignment.detached : assignment.attached;
  return served.contains(source.queue->listener->name()) && source.queue->listener->available();
}

bool Worker::sees_work() const {
  if (waiting_) return true;
  const auto assignment = boards_.assignment();
  return assignment && std::ranges::any_of(sources_, [&](const WorkSource& source) {
           return may_take(source, *assignment) && source.board->waiting(parts_.now()) > 0;
         });
}

// @return whether there was anything to do that could be done.
bool Worker::turn(const std::stop_token& stop) {
  std::unique_ptr<Turn> turn = std::exchange(waiting_, nullptr);
  const auto assignment = boards_.assignment();
  if (!assignment) return false;
  if (turn) {
    const bool too_long = parts_.now() > *turn->waits_until;
    lower_floors(*turn->source.board, turn->taken.tickets());
    if (too_long) rest({turn->source, turn->taken, turn->taken.tickets(), stop}, given_up_rest);
    if (too_long || !may_take(turn->source, *assignment)) turn.reset();
  }
  if (!turn) turn = next_turn(*assignment);
  if (!turn) return false;
  DatabaseBreaker::Call call{breaker_};
  if (!call.allowed()) return false;
  std::vector<lanes::LaneTicket>& tickets = turn->taken.tickets();
  const bool alone = std::ranges::any_of(tickets, &lanes::LaneTicket::alone);
  Job job{turn->source, turn->taken, tickets, stop};
  if (work(job, *assignment, alone, call)) return true;
  if (alone) wait_to_be_alone(std::move(turn));
  return false;
}

std::unique_ptr<Worker::Turn> Worker::next_turn(const listeners::Assignment& assignment) {
  for (std::size_t step = 0; step < sources_.size(); ++step) {
    const WorkSource& source = sources_[(next_source_ + step) % sources_.size()];
    if (!may_take(source, assignment)) continue;
    auto turn = std::make_unique<Turn>(source, parts_.store->lanes_per_claim(), parts_.now(),
                                       options_.shallow_lanes_per_claim);
    if (turn->taken.tickets().empty()) continue;
    next_source_ = (next_source_ + step + 1) % sources_.size();
    return turn;
  }
  return nullptr;
}

// It keeps its lane, so that the worker let in alone is the one that had asked for it.
void Worker::wait_to_be_alone(std::unique_ptr<Turn> turn) {
  if (!turn->waits_until) turn->waits_until = parts_.now() + options_.call_limit;
  waiting_ = std::move(turn);
}

// @return false: not before the scout has looked, or not let in; the lanes come again.
bool Worker::work(Job& job, const listeners::Assignment& assignment, bool alone,
                  DatabaseBreaker::Call& call) {
  try {
    if (!pass_batch(job, assignment, alone)) return false;
    call.worked();
    give_back(job);
    return true;
  } catch (const PassFailed& pass_failed) {
    failed(job, pass_failed.why, call);
  } catch (...) {
    failed(job, {.failure = projections::current_failure()}, call);
  }
  if (session_ && !session_->rollback()) session_.drop();
  return true;
}

bool Worker::pass_batch(Job& job, const listeners::Assignment& assignment, bool alone) {
  store::WorkerSession& session = connected();
  session.had_waited(waited_);
  if (!check_floors(job)) return false;
  const ExclusiveSection::Entry entry{section_, alone, parts_.now()};
  if (!entry.inside()) return false;
  // Rings only after a permit, or two refused workers wake each other for ever.
  if (job.source.board->waiting(parts_.now()) > 0) bell_.ring();
  const auto quarantined = boards_.quarantine.now_in(parts_.now());
  const auto stuck = boards_.obstacles.stuck();
  const auto handling = handling_(session, alone, job.stop);
  const bool in_steps = parts_.now() < in_steps_until_;
  const PassContext context{session,     *handling,  alone,        in_steps,
                            job.tickets, assignment, *quarantined, *stuck};
  pass(parts_, job.source.queue, context, job.result);
  return true;
}

store::WorkerSession& Worker::connected() {
  if (session_) return *session_;
  try {
    auto fresh = parts_.store->open_worker_session(name_);
    const std::string run = fresh->server_run();
    // The same run as when it left: nothing was lost meanwhile, so what held then holds.
    if (!std::exchange(left_, false) || run != server_run_) {
      connected_at_ = parts_.now();
      connected_before_ = boards_.next_look();
    }
    server_run_ = run;
    session_.put(std::move(fresh));
  } catch (const store::Unreachable& error) {
    throw PassFailed{{.where = PassFailure::Where::connecting,
                      .failure = {error.failure.kind, error.failure.sqlstate, error.what()}}};
  }
  return *session_;
}

// Floors hold on the server they were learned of. On another, where its sequences stand elsewhere,
// and where the scout has not looked since this session began, lanes are read from their
// start. A pooler may have moved us to where the scout is. @return false: the scout may look soon;
// where sessions change hands faster than that, waiting for it would never end.
bool Worker::check_floors(Job& job) {
  if (boards_.floors_hold(server_run_, connected_before_)) {
    impatient_ = false;
    return true;
  }
  if (!impatient_ && !boards_.has_ended(connected_before_) &&
      parts_.now() - connected_at_ < look_wait) {
    boards_.wake_scout(false);
    return false;
  }
  server_run_ = session_->server_run();
  const bool hold = boards_.floors_hold(server_run_, connected_before_);
  for (lanes::LaneTicket& ticket : job.tickets) {
    ticket.floor = hold ? job.source.board->floor_of(ticket.lane) : 0;
  }
  return true;
}

void Worker::leave_session() noexcept {
  left_ = impatient_ = has_session();
  session_.drop();
}

void Worker::give_back(const Job& job) {
  conflicts_ = 0;
  if (job.result.wants_alone) return single_out(job);
  forget_stuck(job);
  if (!job.result.stuck_lanes.empty()) return step_over(job);
  if (job.result.stale) {
    boards_.forbid();
    return boards_.wake_scout(true);
  }
  for (const store::LaneRead& read : job.result.lanes) {
    if (read.held) boards_.obstacles.well(*job.source.board, read.lane);
    give_back_lane(job, read);
  }
  if (job.result.events > 0 && job.result.buried.empty()) boards_.obstacles.something_passed();
  boards_.quarantine.release(job.result.buried);  // counted; from now on the rows say so
  spread_ready(job);
  if (job.result.retries) boards_.retries_to_come = true;
  boards_.events_done += static_cast<std::int64_t>(job.result.events);
  if (!boards_.obstacles.any_in_trouble(parts_.now())) conditions_.end("statement");
}

void Worker::give_back_lane(const Job& job, const store::LaneRead& read) {
  lanes::LaneBoard& board = *job.source.board;
  if (!read.held) return job.taken.done(read.lane, read.more);
  const bool deliveries = job.source.queue != nullptr;
  if (job.result.left_over) {
    board.be_careful(read.lane, read.events);
  } else {
    board.passed(read.lane, read.events, read.last);
    if (boards_.floors_hold(server_run_, connected_before_)) {
      deliveries ? board.read_up_to(read.lane, read.last)
                 : board.committed_up_to(read.lane, read.last);
    }
  }
  job.taken.done(read.lane, read.more || job.result.left_over || (deliveries && read.events > 0));
}

void Worker::be_careful(const Job& job) {
  for (const store::LaneRead& read : job.result.lanes) {
    if (read.held && read.events > 0) job.source.board->be_careful(read.lane, read.events);
  }
}

// A suspect among others is looked for one by one; found, it comes again with nothing beside it.
void Worker::single_out(const Job& job) {
  be_careful(job);
  for (const lanes::LaneTicket& ticket : job.tickets) {
    if (ticket.careful) job.source.board->be_alone(ticket.lane);
  }
}

// Among others it is looked for one by one; alone it is left where it is, and its lane goes on.
void Worker::step_over(const Job& job) {
  lanes::LaneBoard& board = *job.source.board;
  for (const store::LaneRead& read : job.result.lanes) {
    if (!job.result.stuck_lanes.contains(read.lane)) continue;
    if (!job.result.stepped_over) {
      board.be_careful(read.lane, read.events);
      continue;
    }
    board.passed(read.lane, read.events, read.last);
    if (!board.step_over(read.lane, read.last))
      board.rest(read.lane, parts_.now() + undecided_rest);
  }
}

void Worker::forget_stuck(const Job& job) {
  bool none_left = false;
  for (const std::string& id : job.result.gone) {
    none_left = boards_.obstacles.passed(id) || none_left;
  }
  if (none_left) conditions_.end("event");
}

// What this commit made ready is taken by the next worker, without waiting for a look.
void Worker::spread_ready(const Job& job) {
  for (const auto& [listener, lanes] : job.result.ready) {
    const auto board = boards_.delivery_boards.find(listener);
    if (board == boards_.delivery_boards.end()) continue;
    board->second.found_work({lanes.begin(), lanes.end()});
    boards_.ring_for(listener);
  }
}

}  // namespace relay::engine
