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
constexpr auto settled_after = 1s;   // most transactions that publish are shorter
constexpr auto tell_every = 250ms;
constexpr auto after_trouble = 500ms;  // a statement of our own failed: somebody must look
constexpr int sweep_share = 100;       // a sweep's time may be 1 % of all
constexpr auto sweep_pause_least = 2s;

}  // namespace

Scout::Scout(const EngineOptions& options, const Parts& parts, Shared& shared, Trouble& trouble,
             Target& target, Remains remains)
    : options_(options),
      parts_(parts),
      shared_(shared),
      trouble_(trouble),
      target_(target),
      remains_(std::move(remains)),
      referee_(options, parts),
      deliveries_(parts, shared),
      pace_(options.poll_min, options.poll_max),
      settled_(settled_after),
      floor_store_(trouble, parts.now),
      sweep_(parts.now) {}

std::string Scout::refused() const {
  const std::lock_guard lock{refused_mutex_};
  return refused_;
}

std::chrono::microseconds Scout::take_turn(const std::stop_token& stop) {
  const auto began = parts_.now();
  const auto to_rest = std::chrono::ceil<Pace::Time>(rests_until_ - began);
  if (to_rest > Pace::Time::zero()) return to_rest;
  judge_now_ = shared_.take_judge_again() || judge_now_;
  {
    Target::Call call{target_};
    found_work_ = false;
    if (call.allowed()) look_under(call, stop);
  }
  const auto now = parts_.now();
  const auto took = std::chrono::ceil<Pace::Time>(now - began);
  const auto pause = pace_.after({took, found_work_, behind_, backlog_}, now);
  if (in_part_ && !walked_once_) return options_.poll_min;  // somebody may wait at its end
  return pause;
}

void Scout::look_under(Target::Call& call, const std::stop_token& stop) {
  try {
    connect();
    look(stop);
    call.worked();
    trouble_.end("scout");
  } catch (const store::Unreachable& error) {
    if (!stop.stop_requested()) call.failed(error.what());
  } catch (...) {
    const projections::Failure why = projections::current_failure();
    drop_session();
    if (stop.stop_requested()) return;  // cancelled to end in time
    if (why.kind == projections::FailureKind::connection) return call.failed(why.message);
    call.worked();
    trouble_.begin("scout", "cannot look for work: " + why.message);
    rests_until_ = parts_.now() + after_trouble;
  }
}

void Scout::connect() {
  if (session_) return;
  auto fresh = parts_.store->open_scout_session("scout of " + options_.database);
  learn_server(*fresh);
  fresh->store_suspects(remains_.found);
  if (const auto stored = std::exchange(remains_, {}).stored) stored();
  const std::lock_guard lock{session_mutex_};
  session_ = std::move(fresh);
}

// It may be another server than before, whose sequences stand elsewhere; or the same after a crash,
// which undoes completions that nobody had waited for. What is kept in the database is as old as
// what it speaks of, or older than what was lost.
void Scout::learn_server(store::ScoutSession& session) {
  shared_.set_server_run("");
  forget_floors();
  const store::Start start = floor_store_.load(session, shared_.board.size());
  last_seq_ = start.standing.last_seq;
  last_place_ = start.standing.last_place;
  decide_floor(session);
  shared_.start_from(start.floors);
  shared_.set_server_run(start.standing.server_run);
}

void Scout::forget_floors() {
  keeper_.forget();
  settled_.forget();
  walk_ = {};
  walk_in_part_ = false;
  shared_.forget_floors();
  deliveries_.forget();
  walked_once_ = false;
}

void Scout::drop_session() {
  const std::lock_guard lock{session_mutex_};
  session_.reset();
}

void Scout::cancel() noexcept {
  const std::lock_guard lock{session_mutex_};
  if (session_) session_->cancel();
}

void Scout::look(const std::stop_token& stop) {
  in_part_ = false;
  if (judge_now_ || parts_.now() - judged_at_ >= judge_every) judge();
  tell_of_listeners();
  if (!duty_) return;
  // What was seen a look ago and is still there: the workers have enough.
  behind_ = shared_.board.waiting(parts_.now()) > 0;
  backlog_ = shared_.board.deep_waiting(parts_.now());
  const bool events = look_for_events();
  const bool deliveries = deliveries_.look(*session_, *duty_, last_place_);
  found_work_ = (events && first_pass_available(parts_, *duty_)) || deliveries || in_part_;
  // Whatever a worker lost, nothing waits for it.
  if (!found_work_ && !shared_.obstacles.any_in_trouble(parts_.now())) trouble_.end("statement");
  ring_where_deliveries_wait();
  if (floor_store_.due())
    floor_store_.keep(*session_, shared_.floors_to_keep(), shared_.server_run());
  if (options_.drain && !found_work_ && nobody_at_work()) {
    drained_ = !sweep_.all(*session_, shared_.board, last_seq_, stop) &&
               deliveries_.nothing_left(*session_, *duty_, stop);
  } else if (parts_.now() >= sweep_after_) {
    sweep();
  }
}

void Scout::tell_of_listeners() {
  const auto now = parts_.now();
  if (now - told_at_ < tell_every) return;
  told_at_ = now;
  for (const Queue& queue : parts_.queues) {
    trouble_.tell(queue.listener->name(), queue.listener->trouble());
  }
}

bool Scout::look_for_events() {
  const std::int64_t decided = keeper_.decided();
  shared_.look_began();
  const auto began = parts_.now();
  const bool ahead = begin_walk(began);
  const auto seen =
      look_at(*session_, parts_.now, reach_, shared_.board.begin_probe(ahead), last_seq_);
  if (!ahead) {
    walk_in_part_ = !seen || seen->left_unread();
    walk_.looked(parts_.now() - began, !walk_in_part_, parts_.now());
  }
  in_part_ = walk_in_part_ || !seen || seen->in_part;
  if (!seen) return true;  // cut off: the next one reads less
  if (seen->standing.server_run != shared_.server_run()) {
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
  shared_.board.found(seen->lanes, decided);
  shared_.look_ended();
  walked_once_ = walked_once_ || !in_part_;
  const auto now = parts_.now();
  if (shared_.board.waiting(now) > 0) shared_.bell.ring();  // before what is asked less often
  if (keeper_.wants_to_know(last_seq_) && now - floors_at_ >= floors_every) {
    floors_at_ = now;
    decide_floor(*session_);
  }
  return shared_.board.any_work() || seen->any();
}

// While a walk is read in parts every other look goes ahead, for what is new.
bool Scout::begin_walk(claim::Moment now) {
  settled_.observe(last_seq_, now);
  shared_.board.settle(settled_.value());
  looked_ahead_ = walk_in_part_ && !looked_ahead_;
  if (looked_ahead_ || !walk_.due(now)) return looked_ahead_;
  walk_.begin();
  shared_.board.walk_again();
  return false;
}

// Nor may anybody begin before the next look.
bool Scout::nobody_at_work() const {
  const auto at_rest = [now = parts_.now()](const claim::LaneBoard& board) {
    return board.taken() == 0 && board.waiting(now) == 0;
  };
  return at_rest(shared_.board) &&
         std::ranges::all_of(shared_.delivery_boards,
                             [&](const auto& entry) { return at_rest(entry.second); });
}

void Scout::ring_where_deliveries_wait() {
  const auto now = parts_.now();
  for (const auto& [listener, board] : shared_.delivery_boards) {
    if (board.waiting(now) > 0) shared_.ring_for(listener);
  }
}

void Scout::judge() {
  judge_now_ = false;
  judged_at_ = parts_.now();
  std::vector<std::string> faults;
  auto duty = referee_.judge(*session_, faults);
  if (!duty) {
    duty_.reset();
    shared_.forbid();
    std::string all;
    for (const std::string& fault : faults) all += (all.empty() ? "" : "; ") + fault;
    trouble_.begin("listeners", "not claiming: " + all);
    const std::lock_guard lock{refused_mutex_};
    if (options_.drain) refused_ = all;
    return;
  }
  trouble_.end("listeners");
  // Floors hold: whoever changes listeners makes no old event pending, and what becomes ready gets
  // a new place.
  if (!duty_ || duty_->version != duty->version) deliveries_.forget();
  duty_ = std::move(duty);
  shared_.allow(duty_);
}

void Scout::decide_floor(store::ScoutSession& session) {
  keeper_.observe(last_seq_, session.open_writers());
}

void Scout::sweep() {
  const auto began = parts_.now();
  sweep_.some(*session_, shared_.board, last_seq_);
  const auto now = parts_.now();
  sweep_after_ =
      now + std::max<claim::Moment::duration>(sweep_pause_least, (now - began) * sweep_share);
}

}  // namespace relay::engine
