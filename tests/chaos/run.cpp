#include "tests/chaos/run.hpp"

#include <iostream>
#include <thread>
#include <utility>

#include "tests/chaos/check_processes.hpp"
#include "tests/chaos/in_folder.hpp"
#include "tests/chaos/kills.hpp"
#include "tests/chaos/late_writers.hpp"
#include "tests/chaos/nemesis.hpp"
#include "tests/chaos/records.hpp"
#include "tests/chaos/report.hpp"
#include "tests/chaos/writers.hpp"

namespace chaos {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds storm{300};  // then everything is mended, and what has piled up is worked off
constexpr std::uint64_t next_storm = 1'000'003;  // a seed's storms differ from those of the next
/// How long the relays may take to be quiet.
struct DrainLimit {
  seconds still;  ///< Without a change in what is ready.
  seconds all;
};
// On a busy machine a service that crashes at each planted event starts again once in two seconds.
constexpr DrainLimit drain_limit{.still = seconds{120}, .all = seconds{600}};
// What is lost by then does not come back.
constexpr DrainLimit sabotaged_drain_limit{.still = seconds{20}, .all = seconds{20}};

Load load_of(const Options& options, const Arena& arena) {
  Load load{.cast = arena.cast(), .seed = options.seed};
  for (int i = 0; i < 5; ++i) load.urls.push_back(arena.writer_url(i == 1 && options.kills == 0));
  const bool service = !projections_of(arena.cast()).empty();
  load.crashes = options.crashes && service && options.kills == 0;
  // An event that lives longer than any process never gets through, and is a dead letter by right.
  load.slow = options.kills == 0;
  return load;
}

Load late_load_of(const Options& options, const Arena& arena) {
  Load load{.cast = arena.cast(), .seed = options.seed};
  for (int i = 0; i < 3 && options.kills == 0; ++i) load.urls.push_back(arena.writer_url(i == 1));
  return load;
}

bool is_quiet(Session& db, const std::string& last_seq) {
  return db.number(
             "SELECT (SELECT count(*) FROM event_publication WHERE completion_date IS NULL AND NOT "
             "parked AND seq <= $1::bigint) + (SELECT count(*) FROM event_delivery WHERE state IN "
             "('ready', 'retrying') AND seq <= $1::bigint)",
             {last_seq}) == 0;
}

// What could be taken at once, in words that change when any of it is.
std::string ready_now(Session& db) {
  return db.text(
      "SELECT CASE WHEN count(*) > 0 THEN count(*) || ' ready, the first ' || min(what) ELSE '' "
      "END "
      "FROM (SELECT id::text AS what FROM event_publication WHERE completion_date IS NULL AND NOT "
      "parked UNION ALL SELECT event_id || ' of ' || listener FROM event_delivery WHERE state = "
      "'ready') r");
}

// Twice quiet, a second apart: a crashed relay's work may only just come back. What is written
// meanwhile does not count. A busy machine is late; where nothing moves at all, something is lost.
void wait_for_quiet(Session& db, DrainLimit limit, Verdict& verdict, Verdict& moving) {
  std::string ready;
  auto moved = Clock::now();
  ++verdict.looked_at;
  const std::string last_seq =
      std::to_string(db.number("SELECT coalesce(max(seq), 0) FROM event_publication"));
  const auto began = Clock::now();
  int quiet = 0;
  while (quiet < 2 && Clock::now() - moved < limit.still && Clock::now() - began < limit.all) {
    quiet = is_quiet(db, last_seq) ? quiet + 1 : 0;
    const std::string now_ready = quiet > 0 ? "" : ready_now(db);
    if (std::exchange(ready, now_ready) != now_ready) moved = Clock::now();
    std::this_thread::sleep_for(seconds{1});
  }
  const auto took = std::chrono::duration_cast<seconds>(Clock::now() - began).count();
  std::cout << "healed, and " << (quiet >= 2 ? "" : "not ") << "quiet after " << took << " s\n"
            << std::flush;
  ++moving.looked_at;
  if (!ready.empty() && Clock::now() - moved > seconds{10}) {
    moving.violations.push_back("nothing was taken for 10 s: " + ready);
  }
  if (quiet < 2) {
    verdict.violations.push_back("not quiet " + std::to_string(took) +
                                 " s after everything was healed");
  }
}

void note_discards(Session& db) {
  db.exec(
      "UPDATE chaos_discard c SET confirmed = EXISTS (SELECT FROM operator_log o WHERE o.command = "
      "'dead discard' AND o.events > 0 AND o.detail LIKE '%' || c.event_id || '%' AND "
      "coalesce(o.listener, c.listener) = c.listener)");
}

struct Outcome {
  std::map<std::string, Nemesis::Count> faults;
  std::vector<Moment> moments;
  Verdict drained{.check = "drained after healing"};
  Verdict moving{.check = "what is ready is taken"};
  std::vector<Verdict> verdicts;
  std::string broken;
};

void let_storm(Nemesis& nemesis, Clock::time_point until, Outcome& outcome) {
  while (Clock::now() < until && !interrupted() && nemesis.broken().empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  outcome.broken = nemesis.broken();
  if (outcome.broken.empty()) nemesis.stop_and_heal();
  for (const auto& [fault, count] : nemesis.counts()) {
    outcome.faults[fault].struck += count.struck;
    outcome.faults[fault].failed += count.failed;
  }
  const auto moments = nemesis.moments();
  outcome.moments.insert(outcome.moments.end(), moments.begin(), moments.end());
}

Outcome let_loose(const Options& options, Arena& arena, const std::string& folder) {
  Outcome outcome;
  if (options.kills > 0) {
    outcome.verdicts.push_back(kill_again_and_again(arena, options.kills, options.seed));
    outcome.faults["relay-kill"].struck = options.kills;
    return outcome;
  }
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>{options.minutes * 60});
  for (std::uint64_t seed = options.seed;; seed += next_storm) {
    {
      Nemesis nemesis{arena, seed, options.faults, folder + "/relays/nemesis.log"};
      let_storm(nemesis, std::min(until, Clock::now() + storm), outcome);
    }
    if (Clock::now() >= until || interrupted() || !outcome.broken.empty()) return outcome;
    Session db{arena.servers().admin_url(), "chaos-checker"};
    wait_for_quiet(db, drain_limit, outcome.drained, outcome.moving);
    if (!outcome.drained.violations.empty()) return outcome;
  }
}

// What was seen while it went on.
struct Watchers {
  Observer observer;
  IdleWatch idle;
};

void judge(const Options& options, Arena& arena, const History& history, const Watchers& watchers,
           Outcome& outcome) {
  Session db{arena.servers().admin_url(), "chaos-checker"};
  std::vector<Verdict>& verdicts = outcome.verdicts;
  wait_for_quiet(db, options.sabotage.empty() ? drain_limit : sabotaged_drain_limit,
                 outcome.drained, outcome.moving);
  verdicts.push_back(outcome.drained);
  verdicts.push_back(outcome.moving);
  note_discards(db);
  // Topics and tables are read one after the other, and must be of one moment.
  if (!outcome.drained.violations.empty()) arena.crew().retire();
  if (arena.broker() != nullptr) collect_records(db, arena.cast(), arena.broker()->address());
  // A crash takes back what nobody waited for, and readers may have seen it.
  const auto relapses = options.async ? std::vector<Relapse>{} : watchers.observer.relapses();
  Evidence evidence{.cast = arena.cast(),
                    .completion = options.completion,
                    .transactions = history.transactions(),
                    .relapses = relapses,
                    .looks = watchers.observer.looks(),
                    .moments = outcome.moments,
                    .idle = watchers.idle.seen()};
  for (const Moment& end : arena.crew().moments()) evidence.moments.push_back(end);
  for (Verdict& verdict : check_database(db, evidence)) verdicts.push_back(std::move(verdict));
  verdicts.push_back(check_processes(arena.crew()));
  verdicts.push_back(
      check_secrets(db, arena.crew().folder(), {arena.password(), std::string{Writers::secret}}));
  if (arena.bouncer() != nullptr) verdicts.push_back(check_pool(arena.bouncer_url()));
  std::cout << describe_run(db, arena.crew()) << "\n";
}

long run_in(const Options& options, const std::string& folder) {
  Arena arena{options, folder};
  History history{folder + "/history.jsonl"};
  Outcome outcome;
  {
    const std::string url = arena.servers().url("postgres", "");
    Watchers watchers{.observer = {url, arena.cast()}, .idle = IdleWatch{url}};
    Writers writers{load_of(options, arena), history};
    LateWriters late_writers{late_load_of(options, arena), history};
    outcome = let_loose(options, arena, folder);
    writers.stop();
    late_writers.stop();
    if (!outcome.broken.empty()) throw std::runtime_error{outcome.broken};
    judge(options, arena, history, watchers, outcome);
  }
  return print_report(outcome.faults, outcome.verdicts);
}

}  // namespace

int run(const Options& options) {
  return run_in_folder(options, [&](const std::string& folder) { return run_in(options, folder); });
}

}  // namespace chaos
