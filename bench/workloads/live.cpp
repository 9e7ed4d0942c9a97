// Lag under an open-loop load, and the highest rate at which no backlog grows.
#include "bench/stage/live.hpp"

#include <algorithm>
#include <array>

#include "bench/figures/text.hpp"
#include "bench/workloads/peers.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

// Where each event is a transaction, a high rate is the writers' more than the relay's.
constexpr int together = 10;

std::string in_groups(int group) {
  return group == 1 ? "" : ", " + std::to_string(group) + " to a transaction";
}

double value_of(const Measures& measures, const std::string& name) {
  const auto found = std::ranges::find(measures, name, &Measure::name);
  return found == measures.end() ? 0 : found->value;
}

/// A rate is held when the relay is less than half a second behind as the writer ends, and the
/// writer itself was not late.
struct Try {
  bool held = false;
  double late_ms = 0;
};

Try try_rate(Stage& stage, Live live, double rate) {
  live.rate = rate;
  const Measures measures = run_live(stage, live);
  const double late = value_of(measures, "writer late p95");
  const double behind = value_of(measures, "behind at the end");
  say("  " + text_of(rate) + " events/s: " + text_of(behind) + " behind, writer late p95 " +
      text_of(late) + " ms");
  return {behind < rate / 2 && late < 100, late};
}

/// Doubles until a rate is not held, then halves the interval three times.
Measures highest_rate(Stage& stage, const Live& live) {
  constexpr double limit = 100'000;
  double held = 0;
  double missed = 2'000;
  double late = 0;
  while (missed < limit) {
    const Try tried = try_rate(stage, live, missed);
    if (!tried.held) {
      late = tried.late_ms;
      break;
    }
    held = missed;
    missed *= 2;
  }
  for (int step = 0; step < 3; ++step) {
    const double middle = (held + missed) / 2;
    const Try tried = try_rate(stage, live, middle);
    if (!tried.held) late = tried.late_ms;
    (tried.held ? held : missed) = middle;
  }
  return {{"highest rate held", "events/s", held},
          {"first rate not held", "events/s", missed},
          {"writer late p95 there", "ms", late}};
}

}  // namespace

void live(Stage& stage, Report& report) {
  constexpr std::array rates = {500, 1'000, 5'000, 10'000};
  const double seconds = stage.sized(2.0, 10.0, 60.0);
  const std::vector<Peer> peers = ready_peers(stage, report);
  std::vector<Case> cases;
  const auto add = [&](const Subject& subject, int rate, int group, bool woken = false) {
    const Live live{.binary = subject.binary,
                    .relay = {.listen = woken},
                    .rate = static_cast<double>(rate),
                    .events_per_transaction = group,
                    .seconds = seconds};
    cases.push_back({named(subject, count_text(rate) + " events/s" + in_groups(group) +
                                        (woken ? ", woken by NOTIFY" : "")),
                     {{"rate", std::to_string(rate)}, {"seconds", text_of(seconds)}},
                     [&stage, live] { return run_live(stage, live); }});
  };
  for (const int rate : rates) {
    if (rate <= 1'000) add_peer_lives(stage, peers, rate, seconds, cases);
    for (const Subject& subject : stage.subjects()) {
      add(subject, rate, 1);
      if (rate <= 5'000) add(subject, rate, 1, true);
    }
  }
  for (const Subject& subject : stage.subjects()) add(subject, 20'000, together);
  interleave(stage, report, "live", cases);
  for (const int rate : rates) {
    compare_subjects(stage, report, "live", count_text(rate) + " events/s", "lag p95");
  }
  if (stage.options().size == Size::small) return;
  std::vector<Case> highest;
  const double each = stage.sized(2.0, 5.0, 20.0);
  for (const Subject& subject : stage.subjects()) {
    for (const int group : {1, together}) {
      const Live live{.binary = subject.binary, .events_per_transaction = group, .seconds = each};
      highest.push_back({named(subject, "highest rate" + in_groups(group)),
                         {{"seconds at each rate", text_of(each)}},
                         [&stage, live] { return highest_rate(stage, live); }});
    }
  }
  interleave(stage, report, "live", highest, stage.sized(1, 1, 0));
}

}  // namespace bench
