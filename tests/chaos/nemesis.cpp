#include "tests/chaos/nemesis.hpp"

#include <csignal>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace chaos {
namespace {

std::string names_of(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) text += " " + fault.name;
  return text;
}

}  // namespace

Nemesis::Nemesis(Arena& arena, std::uint64_t seed, const std::vector<std::string>& only,
                 const std::string& log)
    : arena_{arena}, log_{log} {
  std::vector<Fault> faults = all_faults(arena);
  for (const std::string& name : only) {
    if (std::ranges::none_of(faults, [&](const Fault& f) { return f.name == name; })) {
      throw std::invalid_argument{"no fault '" + name + "' here; there are" + names_of(faults)};
    }
  }
  std::vector<Fault> tracks[3];
  for (Fault& fault : faults) {
    if (!only.empty() && std::ranges::find(only, fault.name) == only.end()) continue;
    counts_[fault.name];
    tracks[static_cast<int>(fault.track)].push_back(std::move(fault));
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    if (tracks[i].empty()) continue;
    tracks_.emplace_back([this, mine = tracks[i], random = Random{seed * 3 + i}](
                             const std::stop_token& stop) { run(stop, mine, random); });
  }
}

void Nemesis::run(const std::stop_token& stop, std::vector<Fault> faults, Random random) {
  // Each once before any comes again, so that a short run meets as many as it can; then by weight.
  std::vector<std::size_t> deck;
  for (std::size_t i = 0; i < faults.size(); ++i) deck.push_back(i);
  while (!stop.stop_requested() && broken().empty()) {
    std::shuffle(deck.begin(), deck.end(), random);
    for (const std::size_t i : deck) {
      hold(random, 0.3, 2);
      if (stop.stop_requested() || !broken().empty()) return;
      strike(faults[i], random);
    }
    deck.clear();
    for (std::size_t i = 0; i < faults.size(); ++i) {
      deck.insert(deck.end(), static_cast<std::size_t>(faults[i].weight), i);
    }
  }
}

void Nemesis::strike(const Fault& fault, Random& random) {
  const long began = now_ms();
  std::string problem;
  try {
    fault.strike(arena_, random);
  } catch (const DatabaseError& error) {
    problem = error.what();
    std::replace(problem.begin(), problem.end(), '\n', ' ');
  } catch (const std::exception& error) {
    const std::lock_guard lock{mutex_};
    broken_ = fault.name + ": " + error.what();
  }
  const std::lock_guard lock{mutex_};
  ++(problem.empty() ? counts_[fault.name].struck : counts_[fault.name].failed);
  moments_.push_back({fault.name, began, now_ms(), fault.repeats, fault.broker_gone});
  std::ofstream{log_, std::ios::app} << began << " … " << now_ms() << " " << fault.name << " "
                                     << problem << "\n";
}

void Nemesis::stop_and_heal() {
  for (auto& track : tracks_) track.request_stop();
  tracks_.clear();
  for (std::size_t i = 0; i < arena_.crew().size(); ++i) arena_.crew().signal(i, SIGCONT);
  arena_.proxy().weather(Weather::fair);
  if (arena_.broker() != nullptr) {
    arena_.broker()->proxy().weather(Weather::fair);
    arena_.broker()->thaw();
    arena_.broker()->start();
  }
  arena_.servers().revive();
  Session admin = arena_.admin();
  admin.exec("ALTER SYSTEM RESET default_transaction_read_only");
  admin.exec("ALTER SYSTEM RESET synchronous_standby_names");
  admin.exec("SELECT pg_reload_conf()");
  admin.exec("ALTER ROLE chaos_relay RESET default_transaction_isolation");
  admin.exec("ALTER ROLE chaos_relay CONNECTION LIMIT -1");
  admin.exec("GRANT INSERT ON effects_tally TO chaos_relay");
  admin.exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'chaos-nemesis' AND pid <> pg_backend_pid()");
  if (arena_.bouncer() != nullptr) arena_.bouncer()->heal();
  for (const Listener& l : arena_.cast()) {
    if (admin.number("SELECT count(*) FROM event_listener WHERE name = $1 AND state = 'paused' AND "
                     "paused_by IS NOT DISTINCT FROM 'operator'",
                     {l.name}) > 0) {
      (void)arena_.crew().command(0, {"resume", l.name, "--yes"});
    }
  }
}

std::map<std::string, Nemesis::Count> Nemesis::counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

std::vector<Moment> Nemesis::moments() const {
  const std::lock_guard lock{mutex_};
  return moments_;
}

std::string Nemesis::broken() const {
  const std::lock_guard lock{mutex_};
  return broken_;
}

}  // namespace chaos
