#include "tests/unit/histories/history.hpp"

#include <algorithm>

#include "tests/unit/histories/checker.hpp"
#include "tests/unit/histories/describe.hpp"
#include "tests/unit/histories/operators.hpp"
#include "tests/unit/histories/sim_listener.hpp"
#include "tests/unit/histories/writers.hpp"

namespace tests::histories {
namespace {

using projections::OnDead;
using projections::ProjectionOptions;

constexpr int rounds_to_drain = 120;
constexpr int turns_in_a_round = 40;

std::optional<memory::Rule> rule_of(Broken broken) {
  switch (broken) {
    case Broken::lane_lock: return memory::Rule::lane_lock;
    case Broken::read_before_lock: return memory::Rule::read_before_lock;
    case Broken::event_lock: return memory::Rule::event_lock;
    default: return std::nullopt;
  }
}

class History {
 public:
  History(std::uint64_t seed, Broken broken, Company& company)
      : world_(seed),
        operators_(world_, company.operators),
        relays_{SimRelay{world_, 0, company.crews[0]}, SimRelay{world_, 1, company.crews[1]}} {
    Dice& dice = world_.dice;
    world_.broken = broken;
    world_.database.break_rule(rule_of(broken));
    world_.database.hooks().run_effect = [this](projections::Tx& tx, std::string_view sql) {
      run_sql(world_, tx, sql);
    };
    world_.fails = dice.below(4) * 20;
    world_.postpones = dice.below(3) * 5;
    world_.leaves = dice.below(3) * 15;
    world_.refuses = dice.below(3) * 100;
    world_.deadly = dice.percent(4) ? 15 : 0;
    world_.cuts = dice.below(3) * 5;
    world_.waits = dice.percent(60);
    world_.per_claim = 1 + dice.below(6);
    for (int at = 0; at < listener_count; ++at) {
      auto& schedule = world_.schedules[static_cast<std::size_t>(at)];
      schedule.resize(static_cast<std::size_t>(dice.below(3)), std::chrono::seconds{1});
      ProjectionOptions options{.name = World::name_of(at), .events = {"*"}, .retry = schedule};
      if (dice.percent(30)) options.events = {"A"};
      if (dice.percent(40)) options.on_dead = OnDead::skip;
      options.detached = dice.percent(30);
      declared_.push_back({std::move(options), dice.percent(40)});
    }
  }

  void run() {
    restart(0);
    restart(1);
    const int bursts = 10 + world_.dice.below(91) + (world_.deadly > 0 ? 300 : 0);
    for (int burst = 0; burst < bursts; ++burst) {
      const int what = world_.dice.below(100);
      const int worker = world_.dice.below(workers_at_most);
      const int times = 1 + world_.dice.below(what < 20 ? 6 : 12);
      for (int i = 0; i < times; ++i) one_step(what, worker);
    }
    heal();
  }

  [[nodiscard]] const World& world() const { return world_; }

 private:
  void one_step(int what, int worker) {
    Dice& dice = world_.dice;
    SimRelay& relay = relays_[static_cast<std::size_t>(what % 2)];
    if (what < 20) {
      writers_.step();
    } else if (what < 40) {
      relay.scout();
    } else if (what < 84) {
      for (int i = 0; i < relay.workers() && !relay.work(worker + i); ++i) {
      }
    } else if (what < 93) {
      operators_.step();
    } else if (what < 97) {
      world_.now_us += 1'000 * dice.below(1'500);
    } else if (dice.percent(25)) {
      dice.percent(70) ? restart(dice.below(2)) : crash();
    }
    world_.now_us += dice.below(20'000);
    look();
  }

  void look() {
    if (world_.crashed >= 0) restart(world_.crashed);
    const bool dirty = world_.dirty;
    checker_.look();
    if (!dirty) return;
    for (const SimRelay& relay : relays_) checker_.look_at_floors(relay.floors());
  }

  void crash() {
    world_.dice.percent(70) ? world_.database.crash() : world_.database.fail_over();
    writers_.lose_all();
    operators_.lose_session();
    checker_.forget();
  }

  // With what it declared before, or with something else: a deploy.
  void restart(int at) {
    std::vector<Declared> own;
    for (const Declared& declared : declared_) {
      if (!world_.healed && world_.dice.percent(15)) continue;
      own.push_back(declared);
      if (world_.healed || !world_.dice.percent(10)) continue;
      ProjectionOptions& other = own.back().options;
      switch (world_.dice.below(3)) {
        case 0: other.detached = !other.detached; break;
        case 1: other.events = {other.events[0] == "*" ? "A" : "*"}; break;
        default: other.on_dead = other.on_dead == OnDead::skip ? OnDead::block : OnDead::skip;
      }
    }
    SimRelay& relay = relays_[static_cast<std::size_t>(at)];
    relay.start(own);
    const int head_start = world_.dice.below(60);  // about a scout's first turn
    for (int i = 0; i < head_start; ++i) relay.scout();
  }

  void heal() {
    writers_.finish();
    world_.healed = true;
    for (memory::EventRow& row : world_.database.by_hand().events) {
      auto readable = std::make_shared<memory::Published>(*row.what);
      readable->payload = "{}";
      row.what = std::move(readable);
    }
    for (EventNote& note : world_.events) note.unreadable = false;
    for (int i = 0; i < 1'000 && operators_.busy(); ++i) everybody_steps();
    restart(0);
    restart(1);
    for (int round = 0; round < rounds_to_drain; ++round) {
      if (drained()) return checker_.check_all_done();
      world_.now_us += 1'200'000;
      operators_.mend();
      for (int i = 0; i < turns_in_a_round && !drained(); ++i) everybody_steps();
    }
    checker_.check_all_done();
    throw Violation{"it never drained"};
  }

  void everybody_steps() {
    operators_.go_on();
    for (SimRelay& relay : relays_) {
      relay.scout();
      look();
      for (int worker = 0; worker < relay.workers(); ++worker) {
        relay.work(worker);
        look();
      }
    }
    world_.now_us += 5'000;
  }

  [[nodiscard]] bool drained() const {
    return std::ranges::all_of(world_.database.rows().events, &memory::EventRow::complete);
  }

  World world_;
  std::vector<Declared> declared_;
  Checker checker_{world_};
  Writers writers_{world_};
  Operators operators_;
  std::array<SimRelay, 2> relays_;
};

}  // namespace

std::optional<std::string> play(std::uint64_t seed, Broken broken, Company& company, Tally& tally) {
  History history{seed, broken, company};
  std::optional<std::string> fault;
  try {
    history.run();
  } catch (const Violation& violation) {
    fault = std::string{violation.what()} + '\n' + describe(history.world());
  }
  tally.effects += history.world().effects;
  tally.dead += history.world().dead;
  tally.aborted += history.world().aborted;
  tally.refused += history.world().refused;
  tally.lost += history.world().lost;
  tally.suspected += history.world().suspected;
  tally.crash_letters += history.world().crash_letters;
  return fault;
}

}  // namespace tests::histories
