// A backlog: completion modes, projections in SQL and in C++, 1, 2 and 4 workers; each beside the
// floor, the same statements as bare SQL in the server from as many pgbench clients.
#include "bench/stage/drain.hpp"

#include <filesystem>

#include "bench/figures/text.hpp"
#include "bench/stage/floor.hpp"
#include "bench/workloads/peers.hpp"
#include "bench/workloads/workloads.hpp"
#include "tests/support/paths.hpp"

namespace bench {
namespace {

struct Setup {
  std::string mode;
  int workers;
  [[nodiscard]] std::string text() const {
    return mode + ", " + count_text(workers) + (workers == 1 ? " worker" : " workers");
  }
};

// The pairs that say most; all nine at full size.
std::vector<Setup> setups(const Stage& stage) {
  if (stage.options().size == Size::small) return {{"update", 2}, {"delete", 2}, {"archive", 2}};
  if (stage.options().size == Size::usual) {
    return {{"update", 1}, {"update", 2}, {"update", 4}, {"delete", 2}, {"archive", 2}};
  }
  std::vector<Setup> all;
  for (const char* mode : {"update", "delete", "archive"}) {
    for (const int workers : {1, 2, 4}) all.push_back({mode, workers});
  }
  return all;
}

// A program with the projection in C++, compiled beside the relay; another build has none.
std::string service_beside(const Subject& subject) {
  const auto path = std::filesystem::path{subject.binary}.replace_filename("freshet_bench_service");
  return std::filesystem::exists(path) ? path.string() : "";
}

void add_cases(Stage& stage, const Backlog& backlog, const Setup& setup, std::vector<Case>& cases) {
  const std::map<std::string, std::string> settings{{"events", count_text(backlog.events)},
                                                    {"keys", count_text(backlog.keys)},
                                                    {"completion", setup.mode},
                                                    {"workers", count_text(setup.workers)}};
  const auto add = [&](const std::string& name, auto run) {
    cases.push_back({name, settings, run});
  };
  for (const Subject& subject : stage.subjects()) {
    const RelaySettings relay{.completion = setup.mode, .workers = setup.workers};
    Drain sql{.binary = subject.binary, .relay = relay, .backlog = backlog};
    sql.relay.listeners = state_projections();
    add(named(subject, "SQL, " + setup.text()), [&stage, sql] { return run_drain(stage, sql); });
    const Drain cpp{.binary = service_beside(subject), .relay = relay, .backlog = backlog};
    if (!cpp.binary.empty()) {
      add(named(subject, "C++, " + setup.text()), [&stage, cpp] { return run_drain(stage, cpp); });
    }
  }
  const Drain floor{.binary = stage.subjects()[0].binary,
                    .relay = {.completion = setup.mode, .workers = setup.workers},
                    .backlog = backlog};
  add("floor, " + setup.text(), [&stage, floor] { return run_floor(stage, floor); });
}

// What the two settings give that trade something for speed; the relay itself only, as an older one
// to compare with does not know them.
void add_light_cases(Stage& stage, Backlog backlog, std::vector<Case>& cases) {
  backlog.guards = false;
  for (const char* mode : {"update", "delete"}) {
    for (const bool waits : {true, false}) {
      const Drain work{.binary = stage.subjects()[0].binary,
                       .relay = {.completion = mode,
                                 .listeners = state_projections(1, backlog.guards),
                                 .waits_for_disk = waits},
                       .backlog = backlog};
      cases.push_back({"SQL, " + Setup{mode, 2}.text() + ", no guard rows" +
                           (waits ? "" : ", no wait for the disk"),
                       {{"events", count_text(backlog.events)},
                        {"guard", "completion"},
                        {"synchronous_commit", waits ? "true" : "false"}},
                       [&stage, work] { return run_drain(stage, work); }});
    }
  }
}

}  // namespace

void drain(Stage& stage, Report& report) {
  const Backlog backlog{.events = stage.sized(10'000L, 200'000L, 200'000L),
                        .keys = stage.sized(1'000L, 20'000L, 20'000L)};
  std::vector<Case> cases;
  for (const Setup& setup : setups(stage)) add_cases(stage, backlog, setup, cases);
  add_light_cases(stage, backlog, cases);
  add_peer_drains(stage, ready_peers(stage, report), backlog, cases);
  interleave(stage, report, "drain", cases);
  for (const char* mode : {"update", "delete"}) {
    const std::string plain = "SQL, " + Setup{mode, 2}.text();
    report.comparisons.push_back({"drain", "completed", plain + ", no guard rows", plain});
    report.comparisons.push_back(
        {"drain", "completed", plain + ", no guard rows, no wait for the disk", plain});
  }
  for (const Setup& setup : setups(stage)) {
    compare_subjects(stage, report, "drain", "SQL, " + setup.text(), "completed");
    report.comparisons.push_back(
        {"drain", "completed", "SQL, " + setup.text(), "floor, " + setup.text()});
    report.comparisons.push_back(
        {"drain", "completed", "C++, " + setup.text(), "floor, " + setup.text()});
  }
}

}  // namespace bench
