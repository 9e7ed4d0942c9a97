#include "relay/engine/scout.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/engine/availability.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto judge_every = 2s;
constexpr auto floors_every = 20ms;  // what a read walks over until then are a few dead entries
constexpr auto watermark_age = 1s;   // most transactions that publish are shorter
constexpr auto tell_every = 250ms;
constexpr auto after_trouble = 500ms;  // a statement of our own failed: an operator must look
constexpr int sweep_share = 100;       // a sweep's time may be 1 % of all
constexpr auto sweep_pause_least = 2s;

}  // namespace

Scout::Scout(const EngineOptions& options, const EngineParts& parts, WorkBoards& boards,
             Conditions& conditions, DatabaseBreaker& breaker, Remains remains)
    : options_(options),
      parts_(parts),
      boards_(boards),
      conditions_(conditions),
      breaker_(breaker),
      remains_(std::move(remains)),
      assignment_keeper_(options, parts),
      deliveries_(parts, boards),
      interval_(options.poll_min, options.poll_max),
      watermark_(watermark_age),
      floor_store_(conditions, parts.now),
      sweep_(parts.now, boards.obstacles) {}

std::string Scout::refused() const {
  const std::lock_guard lock{refused_mutex_};
  return refused_;
}

std::chrono::microseconds Scout::take_turn(const std::stop_token& stop) {
  const auto began = parts_.now();
  const auto to_rest = std::chrono::ceil<LookInterval::Time>(rests_until_ - began);
  if (to_rest > LookInterval::Time::zero()) return to_rest;
  judge_now_ = boards_.take_judge_again() || judge_now_;
  {
    DatabaseBreaker::Call call{breaker_};
    found_work_ = false;
    looked_ = false;
    if (call.allowed()) look_under(call, stop);
  }
  see_whether_quiet();
  const auto now = parts_.now();
  const auto took = std::chrono::ceil<LookInterval::Time>(now - began);
  const auto pause = interval_.after({took, found_work_, behind_, backlog_}, now);
  if (in_part_ && !walked_once_) return options_.poll_min;  // events may wait at its end
  return pause;
}

void Scout::look_under(DatabaseBreaker::Call& call, const std::stop_token& stop) {
  try {
    connect();
    session_->had_waited(waited_);
    look(stop);
    looked_ = true;
    call.worked();
    conditions_.end("scout");
  } catch (const store::Unreachable& error) {
    refusal_ = flow::refusal_of({error.failure.kind, error.failure.sqlstate, error.what()});
    if (!refusal_ && !stop.stop_requested()) call.failed(error.what());
  } catch (...) {
    const projections::Failure why = projections::current_failure();
    session_.drop();
    if (stop.stop_requested()) return;  // cancelled to end in time
    if (why.kind == projections::FailureKind::connection) return call.failed(why.message);
    call.worked();
    conditions_.begin("scout", "cannot look for work: " + why.message);
    rests_until_ = parts_.now() + after_trouble;
  }
}

void Scout::connect() {
  if (session_) return;
  auto fresh = parts_.store->open_scout_session("scout of " + options_.database);
  if (!is_back_where_it_was(*fresh)) learn_server(*fresh);
  if (pulse_name_.empty()) pulse_name_ = fresh->pulse_name();
  fresh->store_suspects(remains_.found);
  if (const auto stored = std::exchange(remains_, {}).stored) stored();
  session_.put(std::move(fresh));
}

// It may be another server than before, whose sequences stand elsewhere; or the same after a crash,
// which undoes completions that were not waited for. What is kept in the database is as old as what
// it speaks of, or older than what was lost.
void Scout::learn_server(store::ScoutSession& session) {
  boards_.set_server_run("");
  forget_floors();
  const store::Start start = floor_store_.load(session, boards_.board.size());
  last_seq_ = start.standing.last_seq;
  last_place_ = start.standing.last_place;
  decide_floor(session);
  boards_.start_from(start.floors);
  boards_.set_server_run(start.standing.server_run);
}

void Scout::forget_floors() {
  keeper_.forget();
  boards_.forget_floors();
  look_anew();
}

void Scout::look(const std::stop_token& stop) {
  in_part_ = false;
  if (judge_now_ || parts_.now() - judged_at_ >= judge_every) judge();
  tell_of_listeners();
  if (!assignment_) return;
  // What was seen a look ago and is still there: the workers have enough.
  behind_ = boards_.board.waiting(parts_.now()) > 0;
  backlog_ = boards_.board.deep_waiting(parts_.now());
  const bool events = look_for_events();
  const bool deliveries = deliveries_.look(*session_, *assignment_, last_place_);
  found_work_ = (events && first_pass_available(parts_, *assignment_)) || deliveries || in_part_;
  // Whatever a worker lost, nothing waits for it.
  if (!found_work_ && !boards_.obstacles.any_in_trouble(parts_.now())) conditions_.end("statement");
  ring_where_deliveries_wait();
  if (floor_store_.due())
    floor_store_.keep(*session_, boards_.floors_to_keep(), boards_.server_run());
  if (options_.drain && !found_work_ && nobody_at_work()) {
    drained_ = !sweep_.all(*session_, boards_.board, last_seq_, stop) &&
               deliveries_.nothing_left(*session_, *assignment_, stop);
  } else if (parts_.now() >= sweep_after_) {
    sweep();
  }
}

void Scout::tell_of_listeners() {
  const auto now = parts_.now();
  if (now - told_at_ < tell_every) return;
  told_at_ = now;
  for (const Queue& queue : parts_.queues) {
    conditions_.tell(queue.listener->name(), queue.listener->trouble());
  }
}

bool Scout::look_for_events() {
  const std::int64_t decided = keeper_.decided();
  boards_.look_began();
  const auto began = parts_.now();
  const bool ahead = begin_walk(began);
  const auto seen =
      look_at(*session_, parts_.now, reach_, boards_.board.begin_probe(ahead), last_seq_);
  if (!ahead) {
    walk_in_part_ = !seen || seen->left_unread();
    walk_.looked(parts_.now() - began, !walk_in_part_, parts_.now());
  }
  in_part_ = walk_in_part_ || !seen || seen->in_part;
  if (!seen) return true;  // cut off: the next one reads less
  if (seen->standing.server_run != boards_.server_run()) {
    log::warn("another server answers, or this one was started anew",
              {{"run", seen->standing.server_run}});
    learn_server(*session_);
    return true;
  }
  last_seq_ = seen->standing.last_seq;
  if (last_seq_ < decided || seen->standing.last_place < last_place_) {
    log::warn("a sequence went back; every lane is read from its start");
    last_place_ = seen->standing.last_place;
    forget_floors();
    floor_store_.replace();
    return true;
  }
  last_place_ = seen->standing.last_place;
  boards_.board.found(seen->lanes, decided);
  boards_.look_ended();
  walked_once_ = walked_once_ || !in_part_;
  const auto now = parts_.now();
  if (boards_.board.waiting(now) > 0) boards_.bell.ring();  // before what is asked less often
  if (keeper_.wants_to_know(last_seq_) && now - floors_at_ >= floors_every) {
    floors_at_ = now;
    decide_floor(*session_);
  }
  return boards_.board.any_work() || seen->any();
}

// While a walk is read in parts every other look goes ahead, for what is new.
bool Scout::begin_walk(lanes::Moment now) {
  watermark_.observe(last_seq_, now);
  boards_.board.set_watermark(watermark_.value());
  looked_ahead_ = walk_in_part_ && !looked_ahead_;
  if (looked_ahead_ || !walk_.due(now)) return looked_ahead_;
  walk_.begin();
  boards_.board.walk_again();
  return false;
}

// Nor may anybody begin before the next look: what waits for a listener that is paused, or that
// another relay runs, is not begun here.
bool Scout::nobody_at_work() const {
  const auto at_rest = [now = parts_.now()](const lanes::LaneBoard& board, bool served) {
    return board.taken() == 0 && (!served || board.waiting(now) == 0);
  };
  return at_rest(boards_.board, true) &&
         std::ranges::all_of(boards_.delivery_boards, [&](const auto& entry) {
           return at_rest(entry.second, assignment_->serves(entry.first));
         });
}

void Scout::ring_where_deliveries_wait() {
  const auto now = parts_.now();
  for (const auto& [listener, board] : boards_.delivery_boards) {
    if (board.waiting(now) > 0) boards_.ring_for(listener);
  }
}

void Scout::judge() {
  judge_now_ = false;
  judged_at_ = parts_.now();
  std::vector<std::string> faults;
  auto assignment = assignment_keeper_.judge(*session_, faults);
  if (!assignment) {
    assignment_.reset();
    boards_.forbid();
    std::string all;
    for (const std::string& fault : faults) all += (all.empty() ? "" : "; ") + fault;
    conditions_.begin("listeners", "not claiming: " + all);
    const std::lock_guard lock{refused_mutex_};
    if (options_.drain) refused_ = all;
    return;
  }
  conditions_.end("listeners");
  // Floors hold: a change of listeners makes no old event pending, and what becomes ready gets a
  // new place.
  if (!assignment_ || assignment_->version != assignment->version) deliveries_.forget();
  assignment_ = std::move(assignment);
  boards_.allow(assignment_);
}

void Scout::decide_floor(store::ScoutSession& session) {
  keeper_.observe(last_seq_, session.open_writers());
}

void Scout::sweep() {
  const auto began = parts_.now();
  sweep_.some(*session_, boards_.board, last_seq_);
  if (boards_.obstacles.stuck()->empty()) conditions_.end("event");
  const auto now = parts_.now();
  sweep_after_ =
      now + std::max<lanes::Moment::duration>(sweep_pause_least, (now - began) * sweep_share);
}

}  // namespace relay::engine
