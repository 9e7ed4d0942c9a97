#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/support/fiber.hpp"
#include "tests/unit/histories/sim_relay.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// What happened in many histories, to see that they visit what they are there for.
struct Tally {
  std::uint64_t effects = 0;
  std::uint64_t dead = 0;
  std::uint64_t aborted = 0;
  std::uint64_t refused = 0;        ///< COMMITs.
  std::uint64_t lost = 0;           ///< Effects that a crash of the server took back.
  std::uint64_t suspected = 0;      ///< Slots that were in the air when a process died.
  std::uint64_t crash_letters = 0;  ///< Dead letters for killing their process.
};

/// Who acts in a history, for one after the other: their stacks are large. A test keeps its own and
/// no longer than it lasts, since a sanitizer takes a fiber that waits for a thread that runs.
struct Company {
  std::array<Crew, 2> crews;
  Fiber operators;
};

/// Plays one history: two relays, writers, operators and crashes by chance, then everything is
/// healed and must drain. @return which promise was broken; nothing: none.
[[nodiscard]] std::optional<std::string> play(std::uint64_t seed, Broken broken, Company& company,
                                              Tally& tally);

}  // namespace tests::histories
