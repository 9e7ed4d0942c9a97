#include "relay/upkeep/upkeep.hpp"

#include <algorithm>
#include <utility>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/flow/leave.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds nap_least{10};
constexpr milliseconds nap_most{20'000};  // the lease wants to be renewed
constexpr milliseconds nap_asleep{600'000};
constexpr milliseconds while_down{500};
constexpr auto remind_every = 1h;
constexpr milliseconds idle_session{5'000};  // a longer pause leaves its session to others
constexpr int failures_to_say = 10;          // in a row: an outage is the engine's to tell

}  // namespace

Upkeep::Upkeep(UpkeepOptions options, Chores chores)
    : options_(std::move(options)), lease_(options_.instance), breaker_({.callers = 1}) {
  for (auto& chore : chores) turns_.push_back({std::move(chore), {}, {}, {}});
}

Upkeep::Pause Upkeep::idle() noexcept {
  if (!std::exchange(begun_, true)) return options_.first;
  if (!asleep_) return at_once;
  return std::max(at_once, std::chrono::ceil<Pause>(seldom_until_ - Clock::now()));
}

std::optional<Upkeep::Pause> Upkeep::turn(const std::stop_token& stop) noexcept {
  if (stop.stop_requested()) {
    give_back();
    return std::nullopt;
  }
  const milliseconds pause = std::clamp(step(stop), nap_least, nap_most);
  // Nothing happens there; what is under way goes on.
  if (!asleep_ || pause < idle_session) return pause;
  seldom_until_ = Clock::now() + nap_asleep;
  return nap_asleep;
}

milliseconds Upkeep::step(const std::stop_token& stop) {
  flow::Leave leave{breaker_};
  if (!leave.given()) return while_down;
  try {
    connect();
    connection_->had_waited(waited_);
    const milliseconds pause = work();
    leave.worked();
    failures_ = 0;
    if (pause >= idle_session) connection_.drop();
    return pause;
  } catch (const pg::ConnectError& error) {
    refusal_ = flow::refusal_of(error.failure);
    if (refusal_) return while_down;
    return failed({projections::FailureKind::connection, "", error.what()}, leave);
  } catch (...) {
    const projections::Failure why = projections::current_failure();
    connection_.drop();
    if (stop.stop_requested()) return while_down;
    return failed(why, leave);
  }
}

milliseconds Upkeep::failed(const projections::Failure& why, flow::Leave& leave) {
  leave.failed(why.message);
  if (++failures_ % failures_to_say == 0) {
    log::warn("upkeep cannot work: " + why.message, {{"database", options_.database}});
  }
  return while_down;
}

// @return how long there is nothing to do. @throws when the connection is of no use any more.
milliseconds Upkeep::work() {
  if (!lease_.keep(*connection_)) return options_.ask_again;
  const auto turn = std::ranges::min_element(turns_, {}, &Turn::due);
  if (turn == turns_.end()) return nap_most;
  if (turn->due <= Clock::now()) run_step(*turn);
  const auto next = std::ranges::min_element(turns_, {}, &Turn::due)->due;
  return std::chrono::ceil<milliseconds>(next - Clock::now());
}

void Upkeep::run_step(Turn& turn) {
  try {
    const Next next = turn.chore->step(*connection_);
    turn.due = Clock::now() + next.pause;
    turn.said.clear();
  } catch (...) {
    const projections::Failure why = projections::current_failure();
    turn.due = Clock::now() + options_.rest;
    if (why.kind == projections::FailureKind::connection || !connection_->rollback()) throw;
    if (why.kind != projections::FailureKind::conflict) say(turn, why.message);
  }
}

void Upkeep::say(Turn& turn, const std::string& why) {
  const auto now = Clock::now();
  if (turn.said == why && now - turn.said_at < remind_every) return;
  turn.said = why;
  turn.said_at = now;
  log::error("upkeep cannot do its chore: " + why,
             {{"database", options_.database}, {"chore", turn.chore->name()}});
}

void Upkeep::connect() {
  if (connection_) return;
  auto fresh = std::make_unique<pg::Connection>(
      options_.conninfo,
      pg::ConnectOptions{.application_name = "freshet upkeep of " + options_.database,
                         .wanted = pg::Wanted::writer,
                         .call_limit = options_.call_limit,
                         .connect_timeout = options_.connect_timeout,
                         .watchdog = options_.watchdog,
                         .slow = options_.slow});
  lease_.doubt();
  connection_.put(std::move(fresh));
}

void Upkeep::give_back() noexcept {
  try {
    if (connection_) lease_.release(*connection_);
  } catch (...) {
    log::debug("upkeep: the lease was not given back and ends by itself");
  }
}

}  // namespace relay::upkeep
