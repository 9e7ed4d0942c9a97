#include <algorithm>

#include "projections/failpoint.hpp"
#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/engine/worker.hpp"

// What a failed pass asks for is decided in decide.cpp; here it is done.

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using projections::Failure;
using projections::FailureKind;
using Where = PassFailure::Where;

constexpr int timeouts_before_blame = 3;
constexpr auto trouble_rest = 1'000ms;
constexpr auto apart_for = 60s;

bool is_single(const std::vector<lanes::LaneTicket>& tickets) {
  return std::ranges::any_of(tickets, &lanes::LaneTicket::careful);
}

}  // namespace

void Worker::failed(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call) {
  Decision decision =
      decide(why, {.single = is_single(job.tickets), .stopping = job.stop.stop_requested()});
  if (decision.action == Action::one_by_one && why.where == Where::handler &&
      projections::sabotaged("forward_counts_attempts")) {
    decision.action = Action::quarantine;
  }
  if (why.where == Where::handler_or_end) in_steps_until_ = parts_.now() + apart_for;
  if (decision.database == Database::answers) call.worked();
  if (why.where == Where::listener_down) {
    conditions_.remark("a batch is given back", name_, why.failure.message);
  }
  act(job, why, decision.action, call);
}

void Worker::act(const Job& job, const PassFailure& why, Action action,
                 DatabaseBreaker::Call& call) {
  switch (action) {
    case Action::nothing: return;
    case Action::reconnect: return lost(why.failure, call);
    case Action::leave_to_others: refusal_ = flow::refusal_of(why.failure); return;
    case Action::reconnect_count: return count_loss(job, why, call);
    case Action::pause_listener: return pause_listener(job, why);
    case Action::send_apart:
      return log::warn("a batch comes again, its projection and its end apart",
                       {{"who", name_}, {"why", why.failure.message}});
    case Action::again: return again(job, why, call);
    case Action::one_by_one: return be_careful(job);
    case Action::quarantine:
      for (const EventAndListener& who : why.blamed)
        boards_.quarantine.put(who, why.failure, parts_.now());
      return;
    case Action::examine: return examine(job, why, call);
    case Action::blame_event: return blame(job, job.result.lone.value(), why.failure);
    case Action::rest:
      return in_trouble(job, "the relay cannot complete an event: " + why.failure.message);
  }
}

// Under locks on lanes, so ours must be let go first. Not had in time: the batch fails again
// after a rest, and it is tried again.
void Worker::pause_listener(const Job& job, const PassFailure& why) {
  rest(job, trouble_rest);
  if (!session_ || !session_->rollback() || job.stop.stop_requested()) return;
  try {
    session_->pause_listener(why.stopped, why.failure.message, why.paused_by);
    log::error("a projection is paused; its events wait as deliveries",
               {{"projection", why.stopped}, {"why", why.failure.message}});
  } catch (...) {
    log::warn("a projection is to be paused, but other relays hold their lanes",
              {{"projection", why.stopped}, {"why", projections::current_failure().message}});
  }
  boards_.wake_scout(true);
}

void Worker::count_loss(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call) {
  const EventAndListener& who = why.blamed.front();
  const int times = boards_.quarantine.count_loss(who);
  if (projections::sabotaged("count_lost_connections"))
    boards_.quarantine.put(who, why.failure, parts_.now());
  lost(why.failure, call);
  const Action action = after_loss(times, is_single(job.tickets));
  if (action == Action::quarantine && !can_connect()) return;
  act(job, why, action, call);
}

bool Worker::can_connect() {
  try {
    (void)connected();
    return true;
  } catch (...) {
    session_.drop();
    return false;
  }
}

// One of our own statements. A batch is narrowed down to one event; what cannot even be read, or
// fails over no event as well, is no event's fault, and an operator must look.
void Worker::examine(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call) {
  const std::string& message = why.failure.message;
  const bool read = std::ranges::any_of(
      job.result.lanes, [](const store::LaneRead& lane) { return lane.held && lane.events > 0; });
  const bool lone = is_single(job.tickets) && job.result.lone;
  const Action action = after_statement(read, read && statements_work(), lone);
  if (action == Action::rest) return in_trouble(job, "the relay cannot work: " + message);
  if (action == Action::one_by_one) {
    conditions_.remark("a batch comes again one event at a time", name_, message);
  }
  act(job, why, action, call);
}

// It counts as a failed try of each listener that was to see the event. Where not even that can be
// written down, the event is left aside for a while.
void Worker::blame(const Job& job, const LoneEvent& event, const Failure& why) {
  const bool deliveries = job.source.queue != nullptr;
  const std::pair who{event.id, deliveries ? job.source.queue->listener->name() : std::string{}};
  const std::string sentence = "the relay cannot complete event " + event.id + ": " + why.message;
  if (why.kind == FailureKind::timeout &&
      boards_.quarantine.count_loss(who) < timeouts_before_blame) {
    return in_trouble(job, sentence);
  }
  if (boards_.quarantine.now_in(parts_.now())->contains(who)) {
    if (deliveries || !boards_.obstacles.leave_aside(event, parts_.now())) {
      return in_trouble(job, sentence);
    }
    return conditions_.begin("event", sentence + "; nor can it be recorded as failed, so it waits");
  }
  if (!boards_.obstacles.may_blame_another(parts_.now())) return in_trouble(job, sentence);
  log::warn(sentence, {{"who", name_}});
  const std::string state = why.sqlstate.empty() ? "" : " (" + why.sqlstate + ")";
  boards_.quarantine.put(
      who,
      {FailureKind::event, own_failure,
       projections::one_line("it could not be completed: " + why.message + state)},
      parts_.now());
}

void Worker::in_trouble(const Job& job, const std::string& sentence) {
  for (const lanes::LaneTicket& ticket : job.tickets) {
    boards_.obstacles.in_trouble(*job.source.board, ticket.lane, parts_.now());
  }
  conditions_.begin("statement", sentence);
  rest(job, trouble_rest);
}

// A batch's end over no event at all: a missing table or privilege shows without one.
bool Worker::statements_work() {
  try {
    if (!session_ || !session_->rollback()) return false;
    session_->rehearse_end();
    return true;
  } catch (...) {  // the caller looks at the session
    log::warn("the relay's statements fail without an event, too",
              {{"why", projections::current_failure().message}});
    return false;
  }
}

void Worker::again(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call) {
  ++conflicts_;
  log::debug("a batch runs again",
             {{"why", why.failure.message}, {"times", std::to_string(conflicts_)}});
  if (conflicts_want_care(conflicts_)) {
    const PassFailure nobodys{.where = why.where, .failure = why.failure};
    act(job, nobodys, narrow(nobodys, is_single(job.tickets)), call);
  }
  rest(job, backoff(conflicts_, 2ms, 500ms, parts_.chance));
}

void Worker::lost(const Failure& why, DatabaseBreaker::Call& call) {
  session_.drop();
  call.failed(why.message);
  conditions_.remark("a connection was lost", name_, why.message);
}

void Worker::rest(const Job& job, std::chrono::milliseconds time) {
  for (const lanes::LaneTicket& ticket : job.tickets) {
    job.source.board->rest(ticket.lane, parts_.now() + time);
  }
}

}  // namespace relay::engine
