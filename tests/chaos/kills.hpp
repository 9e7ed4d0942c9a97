#pragma once

#include "tests/chaos/arena.hpp"
#include "tests/chaos/checker.hpp"

namespace chaos {

/// Kills relay 0 so many times, 5 to 800 ms after each start, and measures how long after each
/// start new effects commit. Violations: more than one in a hundred later than 2 s (the machine is
/// shared), or any later than 10 s.
Verdict kill_again_and_again(Arena& arena, int kills, std::uint64_t seed);

}  // namespace chaos
