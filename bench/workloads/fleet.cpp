// Many databases served by one relay: at rest, under load, after sleep, beside a server that is
// stopped, and beside one that is busy.
#include "bench/workloads/fleet.hpp"

#include <thread>

#include "bench/figures/text.hpp"

namespace bench {

std::string databases_text(int databases) {
  return count_text(databases) + (databases == 1 ? " database" : " databases");
}

std::vector<int> FleetScene::sizes() const {
  return stage_.sized(std::vector<int>{1, 20}, {1, 50, 200, 500}, {1, 50, 200, 500});
}

Fleet& FleetScene::fleet(const Subject& subject, int databases) {
  const std::string key = subject.binary + " " + std::to_string(databases);
  if (kept_ == nullptr || key != key_) {
    kept_.reset();
    say("makes " + databases_text(databases));
    kept_ = std::make_unique<Fleet>(stage_, subject.binary, needed_variable("FRESHET_TEST_URL"),
                                    databases);
    key_ = key;
  }
  return *kept_;
}

RelaySettings FleetScene::settings(const Subject& subject, const std::string& listeners,
                                   const std::vector<std::string>& urls) {
  const auto [found, is_new] = lines_.try_emplace(subject.binary);
  if (is_new) {
    const auto line = [](const std::string& name, double value) {
      return name + " = " + std::to_string(static_cast<int>(value)) + "\n";
    };
    // A small fleet has fewer sessions than databases, too: else none of them would sleep.
    for (const std::string& each :
         {line("connections", stage_.sized(8, 40, 40)), line("sleep_after_s", sleep_after()),
          line("sleep_look_s", stage_.sized(6, 60, 60))}) {
      if (takes(stage_, subject.binary, each, urls.front())) found->second += each;
    }
  }
  return serving({.listeners = listeners, .process = found->second}, urls);
}

void FleetScene::let_sleep() const {
  // The look a second, and a session's last turn.
  const double more = stage_.sized(3.0, 10.0, 10.0);
  std::this_thread::sleep_for(std::chrono::duration<double>(sleep_after() + more));
}

void fleet(Stage& stage, Report& report) {
  FleetScene scene{stage};
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) add_rest(scene, subject, cases);
  for (const int databases : scene.sizes()) {
    for (const Subject& subject : stage.subjects()) add_load(scene, subject, databases, cases);
  }
  interleave(stage, report, "fleet", std::move(cases));
  run_servers(scene, report);
  scene.drop_fleet();
  run_busy(scene, report);
  const std::string one = databases_text(scene.usual_size()) + " at rest";
  compare_subjects(stage, report, "fleet", one, "resident memory");
}

}  // namespace bench
