#include "relay/flow/breaker.hpp"

#include <algorithm>

namespace relay::flow {

Breaker::Breaker(const BreakerLimits& limits, std::function<double()> random, Time now)
    : limits_(limits),
      random_(std::move(random)),
      state_(limits.begins_open ? State::open : State::closed),
      since_(now),
      retry_(now),
      callers_(limits.callers) {}

std::optional<Breaker::Permit> Breaker::ask(Time now) {
  if (state_ == State::open && now >= retry_) {
    state_ = State::half_open;
    in_flight_ = 0;
    ++era_;
  }
  const int most = state_ == State::closed ? callers_ : state_ == State::half_open ? 1 : 0;
  if (in_flight_ >= most) return std::nullopt;
  ++in_flight_;
  return Permit{era_};
}

void Breaker::report(Permit permit, Outcome outcome, Time now, const std::string& why) {
  if (permit.era != era_ || state_ == State::open) return;
  --in_flight_;
  if (state_ == State::half_open) {
    if (outcome == Outcome::worked) return close(now);
    if (outcome == Outcome::failed) return open(now, why);
    state_ = State::open;  // nothing was learned: the next one to ask is the probe
    retry_ = now;
    return;
  }
  count(outcome, now);
  if (outcome == Outcome::failed) {
    why_ = why;
    if (++in_a_row_ >= limits_.failures_in_a_row || too_many_failures(now)) open(now, why);
  } else if (outcome == Outcome::worked) {
    in_a_row_ = 0;
    callers_ = std::min(callers_ * 2, limits_.callers);
    if (callers_ == limits_.callers) {
      openings_ = 0;
      why_.clear();
    }
  }
}

std::int64_t Breaker::bucket_number(Time now) const {
  return now.time_since_epoch() / (std::chrono::steady_clock::duration{limits_.window} / buckets);
}

void Breaker::count(Outcome outcome, Time now) {
  if (outcome == Outcome::no_answer) return;
  const std::int64_t number = bucket_number(now);
  Bucket& bucket = window_[static_cast<std::size_t>(number) % buckets];
  if (bucket.number != number) bucket = {number, 0, 0};
  ++bucket.calls;
  if (outcome == Outcome::failed) ++bucket.failures;
}

bool Breaker::too_many_failures(Time now) const {
  const std::int64_t oldest = bucket_number(now) - static_cast<std::int64_t>(buckets) + 1;
  int calls = 0;
  int failures = 0;
  for (const Bucket& bucket : window_) {
    if (bucket.number < oldest) continue;
    calls += bucket.calls;
    failures += bucket.failures;
  }
  return calls >= limits_.calls_least && failures * 2 >= calls;
}

void Breaker::open(Time now, const std::string& why) {
  const int doublings = std::min(openings_++, 30);
  const auto whole =
      std::min<std::int64_t>(limits_.pause_least.count() << doublings, limits_.pause_most.count());
  const auto part = static_cast<std::int64_t>(random_() * static_cast<double>(whole));
  if (state_ == State::closed) since_ = now;  // a failed probe is the same outage still
  state_ = State::open;
  retry_ = now + std::chrono::milliseconds{part};
  in_flight_ = 0;
  ++era_;
  why_ = why;  // last: it may find no memory
}

void Breaker::close(Time now) {
  state_ = State::closed;
  since_ = now;
  callers_ = 1;
  in_flight_ = 0;
  in_a_row_ = 0;
  window_ = {};
  ++era_;
  if (callers_ == limits_.callers) {
    openings_ = 0;
    why_.clear();
  }
}

Breaker::View Breaker::view() const {
  View view{state_, why_, since_, std::nullopt, 0};
  if (state_ == State::open) view.retry = retry_;
  view.callers = state_ == State::closed ? callers_ : state_ == State::half_open ? 1 : 0;
  return view;
}

}  // namespace relay::flow
