#include <gtest/gtest.h>

#include <array>

#include "relay/flow/breaker.hpp"

namespace relay::flow {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;
using Outcome = Breaker::Outcome;

/// The same rules, written down as naively as possible: every call is kept.
class Model {
 public:
  Model(int all, Breaker::Time now) : callers(all), allowed(all), since(now) {}

  bool may_call(Breaker::Time now) {
    if (down && !probing && now >= retry) {
      probing = true;
      ++era;
      out = 0;
    }
    if (out >= (probing ? 1 : down ? 0 : allowed)) return false;
    ++out;
    return true;
  }
  void report(int call_era, Outcome outcome, Breaker::Time now, double dice) {
    if (call_era != era) return;
    --out;
    if (probing) {
      probing = false;
      if (outcome == Outcome::worked) {
        down = false;
        allowed = 1;
        pauses = allowed == callers ? 0 : pauses;
        calls_.clear();
        ++era;
        since = now;
      } else if (outcome == Outcome::failed) {
        trip(now, dice);
      } else {
        retry = now;
      }
      return;
    }
    if (outcome == Outcome::no_answer) return;
    calls_.push_back({now, outcome == Outcome::failed});
    if (outcome == Outcome::worked) {
      allowed = std::min(allowed * 2, callers);
      if (allowed == callers) pauses = 0;
    } else if (must_open(now)) {
      since = now;
      trip(now, dice);
    }
  }

  int callers, allowed, out = 0, pauses = 0, era = 0;
  bool down = false, probing = false;
  Breaker::Time since, retry{};

 private:
  struct Call {
    Breaker::Time at;
    bool failed;
  };
  [[nodiscard]] bool must_open(Breaker::Time now) const {
    bool five = calls_.size() >= 5;
    for (std::size_t i = 1; five && i <= 5; ++i) five = calls_[calls_.size() - i].failed;
    const auto second = [](Breaker::Time t) { return t.time_since_epoch() / 1s; };
    int all = 0;
    int failed = 0;
    for (const Call& call : calls_) {
      if (second(now) - second(call.at) >= 30) continue;
      ++all;
      failed += call.failed ? 1 : 0;
    }
    return five || (all >= 10 && 2 * failed >= all);
  }
  void trip(Breaker::Time now, double dice) {
    double whole = 1'000;
    for (int i = 0; i < pauses; ++i) whole = std::min(60'000.0, whole * 2);
    ++pauses;
    down = true;
    retry = now + std::chrono::milliseconds{static_cast<long>(dice * whole)};
    ++era;
  }

  std::vector<Call> calls_;
};

struct Dice {
  std::uint64_t state;
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
};

struct OnItsWay {
  Breaker::Permit permit;
  int model_era;
};

void play(std::uint64_t seed, std::array<long, 3>& seen) {
  Dice dice{seed};
  double fall = 0;
  Breaker::Time now{std::chrono::milliseconds{dice.below(100'000)}};
  const int callers = 1 + dice.below(8);
  const int sick = dice.below(101);  // of a hundred calls, this many fail
  Breaker breaker{{.callers = callers}, [&] { return fall; }, now};
  Model model{callers, now};
  std::vector<OnItsWay> out;
  for (int step = 0; step < 80; ++step) {
    fall = dice.below(1'000) / 1'000.0;
    now += std::chrono::milliseconds{dice.below(4) == 0 ? dice.below(20'000) : dice.below(300)};
    if (out.empty() || dice.below(2) == 0) {
      const auto permit = breaker.ask(now);
      ASSERT_EQ(permit.has_value(), model.may_call(now)) << "seed " << seed << " step " << step;
      if (permit) out.push_back({*permit, model.era});
    } else {
      const auto at = static_cast<std::size_t>(dice.below(static_cast<int>(out.size())));
      const Outcome outcome = dice.below(20) == 0      ? Outcome::no_answer
                              : dice.below(100) < sick ? Outcome::failed
                                                       : Outcome::worked;
      breaker.report(out[at].permit, outcome, now, "why");
      model.report(out[at].model_era, outcome, now, fall);
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const Breaker::View view = breaker.view();
    const State state = !model.down     ? State::closed
                        : model.probing ? State::half_open
                                        : State::open;
    ++seen[static_cast<std::size_t>(state)];
    ASSERT_EQ(view.state, state) << "seed " << seed << " step " << step;
    ASSERT_EQ(view.since, model.since) << "seed " << seed << " step " << step;
    if (state == State::open) {
      ASSERT_EQ(*view.retry, model.retry) << "seed " << seed << " step " << step;
    }
    if (state == State::closed) {
      ASSERT_EQ(view.callers, model.allowed) << "seed " << seed << " step " << step;
    }
  }
}

TEST(BreakerHistories, AHundredThousandGoAsASimpleModelSays) {
  std::array<long, 3> seen{};
  for (std::uint64_t seed = 1; seed <= 100'000; ++seed) {
    ASSERT_NO_FATAL_FAILURE(play(seed, seen));
  }
  for (const long times : seen) EXPECT_GT(times, 100'000) << "a state is hardly ever visited";
}

}  // namespace
}  // namespace relay::flow
