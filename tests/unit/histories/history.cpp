#include "tests/unit/histories/history.hpp"

#include "tests/unit/histories/checker.hpp"
#include "tests/unit/histories/describe.hpp"
#include "tests/unit/histories/operators.hpp"
#include "tests/unit/histories/sim_relay.hpp"
#include "tests/unit/histories/writers.hpp"

namespace tests::histories {
namespace {

using projections::OnDead;
using projections::ProjectionOptions;

constexpr int rounds_to_drain = 120;

class History {
 public:
  History(std::uint64_t seed, Broken broken) : world_(seed), writers_(world_), operators_(world_) {
    Dice& dice = world_.dice;
    world_.broken = broken;
    world_.fails = dice.below(4) * 20;
    world_.postpones = dice.below(3) * 5;
    world_.leaves = dice.below(3) * 15;
    world_.per_lane = 1 + dice.below(3);
    world_.promoted_at_once = 1 + dice.below(2);
    for (int at = 0; at < listener_count; ++at) {
      auto& schedule = world_.schedules[static_cast<std::size_t>(at)];
      schedule.resize(static_cast<std::size_t>(dice.below(3)), std::chrono::seconds{1});
      ProjectionOptions options{.name = Tables::name_of(at), .events = {"*"}, .retry = schedule};
      if (dice.percent(30)) options.events = {"A"};
      if (dice.percent(40)) options.on_dead = OnDead::skip;
      options.detached = dice.percent(30);
      declared_.push_back(std::move(options));
    }
  }

  void run() {
    restart(0);
    restart(1);
    const int steps = 10 + world_.dice.below(51);
    for (int step = 0; step < steps; ++step) {
      const int what = world_.dice.below(100);
      const int times = 1 + world_.dice.below(6);
      for (int i = 0; i < times; ++i) one_step(what);
      if (what >= 97) restart(world_.dice.below(2));
    }
    heal();
  }

  [[nodiscard]] const World& world() const { return world_; }

 private:
  void one_step(int what) {
    Dice& dice = world_.dice;
    SimRelay& relay = relays_[static_cast<std::size_t>(what % 2)];
    if (what < 20) {
      writers_.step();
    } else if (what < 42) {
      relay.scout();
    } else if (what < 82) {
      relay.work(dice.below(2));
    } else if (what < 85) {
      relay.abort(dice.below(2));
    } else if (what < 93) {
      operators_.step();
      check_tables(world_);
    } else if (what < 97) {
      world_.tables.now_ms += dice.below(1'500);
    }
    look(relay);
  }

  void look(SimRelay& relay) {
    if (!relay.changed()) return;
    check_tables(world_);
    check_floors(world_, relay.floors());
  }

  // With what it declared before, or with something else: a deploy.
  void restart(int at) {
    std::vector<ProjectionOptions> own;
    for (const ProjectionOptions& declared : declared_) {
      if (!world_.healed && world_.dice.percent(15)) continue;
      own.push_back(declared);
      if (world_.healed || !world_.dice.percent(10)) continue;
      ProjectionOptions& other = own.back();
      switch (world_.dice.below(3)) {
        case 0: other.detached = !other.detached; break;
        case 1: other.events = {other.events[0] == "*" ? "A" : "*"}; break;
        default: other.on_dead = other.on_dead == OnDead::skip ? OnDead::block : OnDead::skip;
      }
    }
    relays_[static_cast<std::size_t>(at)].start(std::move(own));
  }

  void heal() {
    writers_.finish();
    world_.healed = true;
    for (EventRow& event : world_.tables.events) event.unreadable = false;
    restart(0);
    restart(1);
    for (int round = 0; round < rounds_to_drain; ++round) {
      if (drained()) return check_all_done(world_);
      operators_.resume_all();
      operators_.retry_all();
      world_.tables.now_ms += 1'200;
      for (SimRelay& relay : relays_) {
        for (int i = 0; i < 6; ++i) relay.scout();
        look(relay);
        for (int worker = 0; worker < 2; ++worker) {
          for (int i = 0; i < 50 && relay.work(worker); ++i) look(relay);
        }
      }
    }
    check_all_done(world_);
    throw Violation{"it never drained"};
  }

  [[nodiscard]] bool drained() const {
    for (const EventRow& event : world_.tables.events) {
      if (!event.gone && !event.complete) return false;
    }
    return true;
  }

  World world_;
  std::vector<ProjectionOptions> declared_;
  Writers writers_;
  Operators operators_;
  std::array<SimRelay, 2> relays_{SimRelay{world_}, SimRelay{world_}};
};

}  // namespace

std::optional<std::string> play(std::uint64_t seed, Broken broken, Tally& tally) {
  History history{seed, broken};
  std::optional<std::string> fault;
  try {
    history.run();
  } catch (const Violation& violation) {
    fault = std::string{violation.what()} + '\n' + describe(history.world().tables);
  }
  tally.effects += history.world().effects;
  tally.dead += history.world().dead;
  tally.aborted += history.world().aborted;
  return fault;
}

}  // namespace tests::histories
