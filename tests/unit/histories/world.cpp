#include "tests/unit/histories/world.hpp"

#include "tests/memory_store/failures.hpp"
#include "tests/support/fiber.hpp"

namespace tests::histories {
namespace {

std::optional<projections::Failure> refusal(World& world) {
  world.dirty = true;
  world.refusing = false;
  if (world.acting < 0 || world.healed || !world.dice.permille(world.refuses)) return {};
  ++world.refused;
  world.refusing = true;
  const bool conflict = world.dice.percent(50);
  return projections::Failure{
      conflict ? projections::FailureKind::conflict : projections::FailureKind::event,
      conflict ? "40001" : "23514", "refused by chance"};
}

// Where in a relay's work the others, and faults, come between.
void come_between(World& world, memory::Pause pause) {
  if (world.acting < 0) return Fiber::leave();
  if (world.dying == world.acting) memory::fail_as_cut_off("the process is no more");
  const int relay = world.acting;
  const int actor = world.actor;
  Fiber::leave();
  world.acting = relay;
  world.actor = actor;
  if (world.dying == relay) memory::fail_as_cut_off("the process is no more");
  if (world.healed || pause == memory::Pause::lock || !world.dice.permille(world.cuts)) return;
  ++world.aborted;
  memory::fail_as_cut_off("cut off by chance");
}

}  // namespace

World::World(std::uint64_t seed)
    : dice(seed),
      database({.lanes = lane_count,
                .clock = [this] { return now_us; },
                .lane_of = [](const std::string& key) { return key.back() % lane_count; },
                .hooks = {.between = [this](memory::Pause pause) { come_between(*this, pause); },
                          .refuse_commit = [this](projections::Tx&) { return refusal(*this); }},
                .waits_at_most = 100,  // as a deadlock's victim, too, is told
                .may_lose = true}) {}

}  // namespace tests::histories
