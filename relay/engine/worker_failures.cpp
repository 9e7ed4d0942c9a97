#include <algorithm>

#include "projections/failpoint.hpp"
#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/engine/shortage.hpp"
#include "relay/engine/worker.hpp"

// What a failed pass asks for.

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using projections::Failure;
using projections::FailureKind;
using Clock = std::chrono::steady_clock;

constexpr int conflicts_before_care = 3;
constexpr int losses_before_care = 2;
constexpr int losses_before_blame = 5;  // two among others, three alone
constexpr int timeouts_before_blame = 3;
constexpr auto trouble_rest = 1'000ms;
constexpr auto apart_for = 60s;

}  // namespace

// Under locks on lanes, so ours must be let go first. Not had in time: the batch fails again
// after a rest, and it is tried again.
void Worker::pause_listener(const Job& job, const ListenerStopped& stopped) {
  rest(job, trouble_rest);
  if (!session_ || !session_->rollback() || job.stop.stop_requested()) return;
  try {
    session_->pause_listener(stopped.listener, stopped.what(), stopped.by);
    log::error("a projection is paused; its events wait as deliveries",
               {{"projection", stopped.listener}, {"why", stopped.what()}});
  } catch (...) {
    log::warn("a projection is to be paused, but other relays hold their lanes",
              {{"projection", stopped.listener}, {"why", projections::current_failure().message}});
  }
  shared_.wake_scout(true);
}

void Worker::listener_failed(const Job& job, const ListenerFailed& error, Target::Call& call) {
  const FailureKind kind = error.failure.kind;
  if (job.stop.stop_requested()) return;  // cancelled to end in time; nothing of it counts
  if (kind == FailureKind::timeout || kind == FailureKind::event) {
    call.worked();
    if (projections::sabotaged("forward_counts_attempts")) {
      return shared_.condemn({error.event_id, error.listener}, error.failure);
    }
    return isolate(job, {{error.event_id, error.listener}}, error.failure);
  }
  if (kind != FailureKind::connection || is_shortage(error.failure)) {
    return failed(job, error.failure, call);
  }
  // Once is the network's doing. Twice at the same place may be the event's: it comes alone, and
  // only if connections die of it alone, while others can be made, it is counted.
  const int times = shared_.count_loss({error.event_id, error.listener});
  if (projections::sabotaged("count_lost_connections")) {
    shared_.condemn({error.event_id, error.listener}, error.failure);
  }
  lost(error.failure, call);
  const bool single = std::ranges::any_of(job.tickets, &claim::LaneTicket::careful);
  if (times >= losses_before_care && !single) isolate(job, {}, error.failure);
  if (times >= losses_before_blame && single && can_connect()) {
    shared_.condemn({error.event_id, error.listener}, error.failure);
  }
}

bool Worker::can_connect() {
  try {
    (void)connected().server_run();
    return true;
  } catch (...) {
    drop_session();
    return false;
  }
}

// One of the two was late, or took the connection with it. Said apart each has its own time limit,
// and what befalls a handler is counted as such.
void Worker::say_apart(const Job& job, const Failure& why, Target::Call& call) {
  in_steps_until_ = Clock::now() + apart_for;
  if (why.kind != FailureKind::timeout) return failed(job, why, call);
  call.worked();
  if (job.stop.stop_requested()) return;  // cancelled to end in time
  log::warn("a batch comes again, its projection and its end apart",
            {{"who", name_}, {"why", why.message}});
}

void Worker::failed(const Job& job, const Failure& why, Target::Call& call) {
  if (job.stop.stop_requested()) return;  // cancelled to end in time; nothing of it counts
  if (why.kind == FailureKind::connection) return lost(why, call);
  call.worked();
  if (why.kind == FailureKind::conflict) return again(job, why);
  statement_failed(job, why);
}

// One of our own statements. A batch is narrowed down to one event; what cannot even be read, or
// fails over no event as well, is nobody's fault, and somebody must look.
void Worker::statement_failed(const Job& job, const Failure& why) {
  const bool single = std::ranges::any_of(job.tickets, &claim::LaneTicket::careful);
  const bool read = std::ranges::any_of(
      job.result.lanes, [](const store::LaneRead& lane) { return lane.held && lane.events > 0; });
  if (!read || !statements_work()) return in_trouble(job, "the relay cannot work: " + why.message);
  if (single && job.result.lone) return blame(job, *job.result.lone, why);
  log::warn("a batch comes again one event at a time", {{"who", name_}, {"why", why.message}});
  be_careful(job);
}

// It counts as a failed try of whoever was to see the event. Where not even that can be written
// down, the event is left aside for a while.
void Worker::blame(const Job& job, const LoneEvent& event, const Failure& why) {
  const bool deliveries = job.field.queue != nullptr;
  const std::pair who{event.id, deliveries ? job.field.queue->listener->name() : std::string{}};
  const std::string sentence = "the relay cannot complete event " + event.id + ": " + why.message;
  if (why.kind == FailureKind::timeout && shared_.count_loss(who) < timeouts_before_blame) {
    return in_trouble(job, sentence);
  }
  if (shared_.condemned()->contains(who)) {
    if (deliveries || !shared_.obstacles.leave_aside(event, Clock::now())) {
      return in_trouble(job, sentence);
    }
    return trouble_.begin("event", sentence + "; nor can it be recorded as failed, so it waits");
  }
  if (!shared_.obstacles.may_blame_another(Clock::now())) return in_trouble(job, sentence);
  log::warn(sentence, {{"who", name_}});
  const std::string state = why.sqlstate.empty() ? "" : " (" + why.sqlstate + ")";
  shared_.condemn(who,
                  {FailureKind::event, own_failure,
                   projections::one_line("it could not be completed: " + why.message + state)});
}

void Worker::in_trouble(const Job& job, const std::string& sentence) {
  for (const claim::LaneTicket& ticket : job.tickets) {
    shared_.obstacles.in_trouble(*job.field.board, ticket.lane, Clock::now());
  }
  trouble_.begin("statement", sentence);
  rest(job, trouble_rest);
}

// A batch's end over no event at all: a missing table or privilege shows without one.
bool Worker::statements_work() {
  try {
    if (!session_ || !session_->rollback()) return false;
    session_->rehearse_end();
    return true;
  } catch (...) {  // the session is looked at by whoever called
    log::warn("the relay's statements fail without an event, too",
              {{"why", projections::current_failure().message}});
    return false;
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
  const bool single = std::ranges::any_of(job.tickets, &claim::LaneTicket::careful);
  if (single && suspects.empty()) {
    if (projections::may_be_an_events(why.kind)) return statement_failed(job, why);
    return in_trouble(job, "the relay cannot complete an event: " + why.message);
  }
  if (single) {
    for (const auto& who : suspects) shared_.condemn(who, why);
    return;
  }
  be_careful(job);
}

void Worker::lost(const Failure& why, Target::Call& call) {
  drop_session();
  call.failed(why.message);
  log::warn("a connection was lost", {{"who", name_}, {"why", why.message}});
}

void Worker::drop_session() {
  const std::lock_guard lock{session_mutex_};
  session_.reset();
}

void Worker::rest(const Job& job, std::chrono::milliseconds time) {
  for (const claim::LaneTicket& ticket : job.tickets) {
    job.field.board->rest(ticket.lane, Clock::now() + time);
  }
}

}  // namespace relay::engine
