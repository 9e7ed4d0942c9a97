#include "relay/engine/floor_store.hpp"

#include "projections/failure.hpp"

namespace relay::engine {
namespace {

// What asks for another session is not ours to bear.
void say(Conditions& conditions, const std::string& what) {
  const projections::Failure why = projections::current_failure();
  if (why.kind == projections::FailureKind::connection) throw;
  conditions.begin("floors", what + ": " + why.message +
                                 "; a relay that starts beside a long snapshot is slow at first");
}

}  // namespace

store::Start FloorStore::load(store::ScoutSession& session, int lanes) {
  kept_.clear();
  session.mark_run();
  try {
    store::Start start = session.start(lanes);
    kept_ = start.floors;
    return start;
  } catch (...) {
    say(conditions_, "cannot read the floors that are kept");
  }
  return {.standing = session.start_without_floors()};
}

void FloorStore::keep(store::ScoutSession& session, const lanes::Floors& floors,
                      const std::string& server_run) {
  kept_at_ = now_();
  lanes::Floors changed;
  for (const auto& [listener, learned] : floors) {
    const auto kept = kept_.find(listener);
    if (kept == kept_.end() || kept->second != learned) changed.emplace(listener, learned);
  }
  if (changed.empty()) return;
  try {
    session.keep_floors(changed, server_run);
    kept_ = floors;
    conditions_.end("floors");
  } catch (...) {
    say(conditions_, "cannot keep the floors of the lanes");
  }
}

void FloorStore::replace() {
  kept_at_ = {};
  kept_.clear();
}

}  // namespace relay::engine
