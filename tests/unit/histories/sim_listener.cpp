#include "tests/unit/histories/sim_listener.hpp"

#include <sstream>

#include "relay/flow/crash/suspicion.hpp"
#include "tests/memory_store/failures.hpp"
#include "tests/support/fiber.hpp"
#include "tests/unit/histories/checker.hpp"

namespace tests::histories {
namespace {

constexpr int relays = 2;

using projections::Fate;

// It was applied; or by this very transaction, which a real guard would see as well.
bool is_guarded(World& world, int listener, int event) {
  return world.broken != Broken::guard && world.cell(listener, event).effect;
}

// The process goes with it; nothing that it would still do has an effect.
void die_of(World& world, EventNote& event, int listener) {
  if (world.healed || event.deadly_for != listener) return;
  // Among others in each relay, until one comes to write it down, and as often as it may alone.
  if (++event.deaths > (1 + relays) * relay::flow::crashes_most) {
    world.violated(event.id + " kills a process again and again");
  }
  world.crashed = world.acting;
  const int relay = world.acting;
  Fiber::leave();
  world.acting = relay;
  memory::fail_as_cut_off("the process is no more");
}

// Whatever was applied may be why a COMMIT is refused, and counted as a failure.
void blame(World& world, const Doings& doings) {
  for (const auto& [listener, at] : doings.effects) ++world.cell(listener, at).failures;
}

/// What a handler has done, until it belongs to its transaction.
class Work {
 public:
  explicit Work(World& world) : world_(world) {}
  ~Work() {
    for (const auto& guard : doings_.effects) world_.guards_in_flight.erase(guard);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void fail(int listener, int event) { doings_.failures.emplace_back(listener, event); }
  void apply(int listener, int event) {
    if (!world_.guards_in_flight.emplace(listener, event).second) {
      world_.violated("two transactions apply " + world_.event(event).id + " at once");
    }
    doings_.effects.emplace_back(listener, event);
  }
  void belong_to(projections::Tx& tx) {
    const Doings doings = std::exchange(doings_, {});
    if (doings.effects.empty() && doings.failures.empty()) return;
    world_.database.when_it_ends(tx, [&world = world_, doings](memory::Ending how) {
      if (how == memory::Ending::lost) return unbook(world, doings);
      for (const auto& guard : doings.effects) world.guards_in_flight.erase(guard);
      if (how == memory::Ending::committed) book(world, doings);
      if (how == memory::Ending::rolled_back && world.refusing) blame(world, doings);
    });
  }

 private:
  World& world_;
  Doings doings_;
};

}  // namespace

std::vector<Fate> SimListener::apply(const projections::Batch& batch, projections::HeldKeys& held,
                                     projections::SavepointBudget&, projections::Tx& tx,
                                     std::stop_token, projections::Order) {
  std::vector<Fate> fates;
  Work work{world_};
  bool spent = false;
  for (const projections::Event& event : batch) {
    const int at = World::event_of(event.id);
    EventNote& note = world_.event(at);
    die_of(world_, note, index_);
    const std::string key = event.key();
    Fate& fate = fates.emplace_back();
    if (held.holds(key, event.seq)) {
      fate.kind = spent ? Fate::Kind::not_reached : Fate::Kind::waiting;
      continue;
    }
    if (is_guarded(world_, index_, at)) {
      fate.kind = Fate::Kind::done;
      continue;
    }
    // The first try of each call is always made.
    spent = spent || (fates.size() > 1 && !world_.healed && world_.dice.percent(world_.leaves));
    if (spent) {
      fate.kind = Fate::Kind::not_reached;
      continue;
    }
    const int dice = world_.healed ? 100 : world_.dice.below(100);
    if (dice < world_.fails || (sql_ && note.unreadable)) {
      fate.kind = Fate::Kind::failed;
      fate.failure.message = "by chance";
      work.fail(index_, at);
      held.hold(key, event.seq);
    } else if (dice < world_.fails + world_.postpones) {
      fate.kind = Fate::Kind::later;
      fate.delay = std::chrono::milliseconds{1 + world_.dice.below(3'000)};
      held.hold(key, event.seq);
    } else {
      fate.kind = Fate::Kind::done;
      fate.fresh = true;
      work.apply(index_, at);
    }
  }
  work.belong_to(tx);
  return fates;
}

std::optional<std::string> SimListener::as_sql(const projections::Batch& batch,
                                               projections::Tx&) const {
  if (!sql_ || batch.empty()) return std::nullopt;
  std::string sql = std::to_string(index_);
  for (const projections::Event& event : batch) {
    sql += ' ';
    sql += event.id.substr(1);
  }
  return sql;
}

void run_sql(World& world, projections::Tx& tx, std::string_view sql) {
  std::istringstream words{std::string{sql}};
  int listener = 0;
  words >> listener;
  Work work{world};
  for (int at = 0; words >> at;) {
    EventNote& note = world.event(at);
    die_of(world, note, listener);
    const bool fails = !world.healed && world.dice.percent(world.fails);
    if (fails || note.unreadable || is_guarded(world, listener, at)) {
      memory::fail_with({projections::FailureKind::event, "", "this text fails"});
    }
    work.apply(listener, at);
  }
  work.belong_to(tx);
}

}  // namespace tests::histories
