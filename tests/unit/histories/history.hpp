#pragma once

#include <cstdint>
#include <optional>
#include <string>

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

/// Plays one history: two relays, writers, operators and crashes by chance, then everything is
/// healed and must drain. @return which promise was broken; nothing: none.
[[nodiscard]] std::optional<std::string> play(std::uint64_t seed, Broken broken, Tally& tally);

}  // namespace tests::histories
