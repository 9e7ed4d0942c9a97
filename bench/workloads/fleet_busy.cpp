// One database of many has a backlog: how fast it drains beside the others, and alone.
#include <algorithm>
#include <future>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "bench/figures/text.hpp"
#include "bench/stage/fleet_writer.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/wait.hpp"
#include "bench/workloads/fleet.hpp"

namespace bench {
namespace {

/// Who is served beside the busy database, and what happens there.
struct Company {
  bool others = false;
  double rate = 0;  ///< Events per second of all others together.
};

/// The databases of a fleet in turn, so that each drain has one without a history.
class Busy {
 public:
  Busy(FleetScene& scene, const Subject& subject) : scene_(scene), subject_(subject) {}
  Measures run(const Company& beside);

 private:
  [[nodiscard]] Measures drain(const std::string& url, Relay& relay) const;

  FleetScene& scene_;
  const Subject& subject_;
  std::size_t next_ = 0;
};

// It is awake before the backlog comes, which is there at one moment: as its transaction commits.
Measures Busy::drain(const std::string& url, Relay& relay) const {
  const Backlog backlog{.events = scene_.stage().sized(5'000L, 200'000L, 200'000L),
                        .statistics = Statistics::never};
  const auto events = static_cast<double>(backlog.events);
  await_served({url}, relay);
  Session session{url};
  session.run("TRUNCATE bench_state");
  session.run("BEGIN");
  session.run("INSERT INTO bench_sent VALUES (now())");
  publish(session, backlog);
  session.run("COMMIT");
  // Seldom: it takes some milliseconds of the server's time.
  const bool done = within(std::chrono::seconds{120}, std::chrono::milliseconds{300}, [&] {
    return !relay.running() || session.number("SELECT sum(events) FROM bench_state") == events;
  });
  if (!done || !relay.running()) {
    throw std::runtime_error{"the backlog did not drain:\n" + relay.log()};
  }
  await_complete({url}, relay);
  const double began =
      session.number("SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM bench_sent");
  return {{"completed", "events/s", events / (last_commit(session) - began)}};
}

Measures Busy::run(const Company& beside) {
  const Fleet& fleet = scene_.fleet(subject_, scene_.usual_size());
  const std::string busy = fleet.urls().at(next_++ % fleet.urls().size());
  std::vector<std::string> others;
  if (beside.others) std::ranges::remove_copy(fleet.urls(), std::back_inserter(others), busy);
  std::vector<std::string> all = others;
  all.push_back(busy);
  Relay relay{scene_.stage(), subject_.binary, scene_.settings(subject_, state_projections(), all),
              all.front()};
  await_served(all, relay);
  fleet.clear();
  FleetWriter writer{others};
  if (beside.others) scene_.let_sleep();
  std::future<Written> trickle;
  if (beside.rate > 0) {
    // First for as long as it takes until each of them has been woken.
    const double first_s = scene_.stage().sized(3.0, 20.0, 20.0);
    trickle = std::async(std::launch::async, [&writer, &others, &beside, first_s] {
      return writer.write(
          {.shares = uniform_shares(others.size()), .rate = beside.rate, .seconds = 2 * first_s});
    });
    std::this_thread::sleep_for(std::chrono::duration<double>(first_s));
  }
  Measures measures = drain(busy, relay);
  if (trickle.valid()) (void)trickle.get();
  await_complete(others, relay);
  relay.stop();
  measures.push_back({"relay peak memory", "MiB", relay.peak()});
  return measures;
}

}  // namespace

void run_busy(FleetScene& scene, Report& report) {
  Stage& stage = scene.stage();
  const std::string among = "a backlog among " + databases_text(scene.usual_size());
  const std::string alone = "a backlog alone";
  const std::string resting = among + " that rest";
  const std::string trickling = among + " with 10 events/s";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const auto busy = std::make_shared<Busy>(scene, subject);
    const auto add = [&](const std::string& name, const Company& beside) {
      cases.push_back({named(subject, name),
                       {{"databases", beside.others ? count_text(scene.usual_size()) : "1"}},
                       [busy, beside] { return busy->run(beside); }});
    };
    add(alone, {});
    add(resting, {.others = true});
    add(trickling, {.others = true, .rate = 10});
  }
  const int rounds = stage.options().rounds;
  interleave(stage, report, "fleet", std::move(cases), rounds > 0 ? rounds : stage.sized(1, 5, 5));
  report.comparisons.push_back({"fleet", "completed", resting, alone});
  report.comparisons.push_back({"fleet", "completed", trickling, alone});
  compare_subjects(stage, report, "fleet", resting, "completed");
}

}  // namespace bench
