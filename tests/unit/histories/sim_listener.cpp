#include "tests/unit/histories/sim_listener.hpp"

namespace tests::histories {

using projections::Fate;

bool SimListener::is_guarded(int event) const {
  if (world_.broken == Broken::guard) return false;
  return world_.tables.cell(index_, event).effect;
}

std::vector<Fate> SimListener::apply(const projections::Batch& batch, projections::HeldKeys& held,
                                     projections::SavepointBudget& budget, projections::Tx&,
                                     std::stop_token, projections::Order) {
  std::vector<Fate> fates;
  bool spent = false;
  for (const projections::Event& event : batch) {
    const int at = Tables::event_of(std::string{event.id});
    const std::string key = event.key();
    Fate& fate = fates.emplace_back();
    if (held.holds(key, event.seq)) {
      fate.kind = spent ? Fate::Kind::left : Fate::Kind::waiting;
      continue;
    }
    if (is_guarded(at)) {
      fate.kind = Fate::Kind::done;
      continue;
    }
    // The first try of each call is always made.
    spent = spent || (budget.left <= 0 && fates.size() > 1 && world_.dice.percent(world_.leaves));
    if (spent) continue;
    const int dice = world_.healed ? 100 : world_.dice.below(100);
    if (dice < world_.fails) {
      fate.kind = Fate::Kind::failed;
      fate.failure.message = "by chance";
      doings_->failures.emplace_back(index_, at);
      held.hold(key, event.seq);
    } else if (dice < world_.fails + world_.postpones) {
      fate.kind = Fate::Kind::later;
      fate.delay = std::chrono::milliseconds{1 + world_.dice.below(3'000)};
      held.hold(key, event.seq);
    } else {
      fate.kind = Fate::Kind::done;
      fate.fresh = true;
      doings_->effects.emplace_back(index_, at);
      if (!world_.guards_in_flight.emplace(index_, at).second) {
        throw Violation{"two transactions apply " + std::string{event.id} + " at once"};
      }
    }
  }
  return fates;
}

}  // namespace tests::histories
