#include "tests/chaos/crew.hpp"

#include <csignal>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds pause_before_start{150};
constexpr seconds settling{30};  // a start may fall into an outage
constexpr seconds grown_up{60};
constexpr seconds slack{6};  // beyond drain_s: the machine is shared by everything here

int entries(const std::string& folder) {
  std::error_code error;
  int n = 0;
  for (auto at = std::filesystem::directory_iterator{folder, error};
       !error && at != std::filesystem::directory_iterator{}; at.increment(error)) {
    ++n;
  }
  return n;
}

Usage usage_of(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  Usage usage{.threads = entries(folder + "/task"), .descriptors = entries(folder + "/fd")};
  std::ifstream status{folder + "/status"};
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> usage.rss_kib;
  }
  return usage;
}

}  // namespace

Crew::Crew(std::string folder, std::vector<RelaySpec> specs,
           std::map<std::string, std::string> environment)
    : folder_{std::move(folder)}, environment_{std::move(environment)} {
  std::filesystem::create_directories(folder_);
  for (RelaySpec& spec : specs) {
    std::ofstream{folder_ + "/" + spec.name + ".toml"} << spec.settings;
    relays_.push_back({.spec = std::move(spec)});
  }
  for (Relay& relay : relays_) start(relay);
  watcher_ = std::jthread{[this](const std::stop_token& stop) { watch(stop); }};
}

void Crew::retire() {
  watcher_ = {};
  for (std::size_t relay = 0; relay < relays_.size(); ++relay) terminate(relay, false);
}

std::string Crew::settings_file(const Relay& relay) const {
  return folder_ + "/" + relay.spec.name + ".toml";
}

void Crew::start(Relay& relay) {
  auto environment = environment_;
  std::string& failpoints = environment["FRESHET_FAILPOINTS"];
  if (!relay.failpoints.empty()) failpoints = relay.failpoints;
  relay.deadly = failpoints.find("=kill:") != std::string::npos;
  relay.since_ms = now_ms();
  relay.child = std::make_unique<Child>(
      Launch{.argv = {relay.spec.program, "run", "-c", settings_file(relay)},
             .log = folder_ + "/" + relay.spec.name + ".log",
             .environment = environment});
  ++relay.starts;
  relay.killed = false;
  relay.since = Clock::now();
  relay.settled = {};
}

void Crew::ended(Relay& relay, int code) {
  ++ends_[code];
  moments_.push_back({"the end of " + relay.spec.name, now_ms(), now_ms(), 1, false});
  const bool aborted = code == 128 + SIGABRT && relay.spec.may_abort;
  const bool by_itself = code == 128 + SIGKILL && relay.deadly;
  if (code >= 128 && !relay.killed && !aborted && !by_itself) {
    faults_.push_back("relay " + relay.spec.name + " died by signal " + std::to_string(code - 128) +
                      ", which nobody had sent");
  }
}

void Crew::note_usage(Relay& relay) {
  const Usage now = usage_of(relay.child->pid());
  relay.settled.threads = std::max(relay.settled.threads, now.threads);
  relay.settled.descriptors = std::max(relay.settled.descriptors, now.descriptors);
  relay.settled.rss_kib = std::max(relay.settled.rss_kib, now.rss_kib);
}

void Crew::watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock{mutex_};
      for (Relay& relay : relays_) {
        if (relay.held) continue;
        const auto code = relay.child->wait(milliseconds{0});
        const auto age = Clock::now() - relay.since;
        if (!code) {
          if (age < settling) note_usage(relay);
        } else if (relay.child && age > pause_before_start) {
          ended(relay, *code);
          start(relay);
        }
      }
    }
    std::this_thread::sleep_for(milliseconds{50});
  }
}

void Crew::signal(std::size_t relay, int number) {
  const std::lock_guard lock{mutex_};
  Relay& one = relays_.at(relay);
  if (number == SIGKILL || number == SIGTERM) one.killed = true;
  one.child->signal(number);
}

void Crew::terminate(std::size_t relay, bool twice) {
  Relay& one = relays_.at(relay);
  Child* child = nullptr;
  {
    const std::lock_guard lock{mutex_};
    one.held = true;
    child = one.child.get();
  }
  const auto began = Clock::now();
  child->signal(SIGTERM);
  if (twice) {
    (void)child->wait(milliseconds{30});
    child->signal(SIGTERM);
  }
  const auto code = child->wait(seconds{drain_s} + slack);
  const std::lock_guard lock{mutex_};
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
  if (!code) {
    faults_.push_back("relay " + one.spec.name + " had not ended " + std::to_string(took.count()) +
                      " ms after SIGTERM, with drain_s = " + std::to_string(drain_s));
    one.killed = true;
    child->signal(SIGKILL);
  } else if (*code >= 128 && *code != 128 + SIGTERM && *code != 128 + SIGABRT &&
             !(*code == 128 + SIGKILL && one.deadly)) {
    faults_.push_back("relay " + one.spec.name + " ended SIGTERM with code " +
                      std::to_string(*code));
  } else {
    one.killed = true;
  }
  one.held = false;
}

int Crew::starts(std::size_t relay) {
  const std::lock_guard lock{mutex_};
  return relays_.at(relay).starts;
}

bool Crew::running(std::size_t relay) {
  const std::lock_guard lock{mutex_};
  return relays_.at(relay).child->running();
}

Crew::Life Crew::life(std::size_t relay) {
  const std::lock_guard lock{mutex_};
  const Relay& one = relays_.at(relay);
  return {one.child->pid(), one.since_ms};
}

std::vector<std::pair<Usage, Usage>> Crew::usages() {
  const std::lock_guard lock{mutex_};
  std::vector<std::pair<Usage, Usage>> all;
  for (Relay& relay : relays_) {
    if (Clock::now() - relay.since < grown_up || !relay.child->running()) continue;
    all.emplace_back(relay.settled, usage_of(relay.child->pid()));
  }
  return all;
}

std::vector<std::string> Crew::faults() {
  const std::lock_guard lock{mutex_};
  return faults_;
}

void Crew::arm(std::size_t relay, const std::string& failpoints) {
  const std::lock_guard lock{mutex_};
  relays_.at(relay).failpoints = failpoints;
}

std::vector<Moment> Crew::moments() {
  const std::lock_guard lock{mutex_};
  return moments_;
}

std::map<int, int> Crew::ends() {
  const std::lock_guard lock{mutex_};
  return ends_;
}

int Crew::command(std::size_t relay, std::vector<std::string> words) {
  const Relay& one = relays_.at(relay);
  words.insert(words.begin(), one.spec.program);
  words.insert(words.end(), {"-c", settings_file(one)});
  return run_to_end({.argv = words, .log = folder_ + "/commands.log", .environment = environment_});
}

}  // namespace chaos
