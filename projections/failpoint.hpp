#pragma once

#include <string_view>

namespace projections {

// Doors for the chaos harness, which exist only in builds with FRESHET_FAILPOINTS and are nothing
// at all in any other: a test looks for them in the released program.

#ifdef FRESHET_FAILPOINTS

/// Whether a rule is switched off, to see whether the checker notices. Named by the environment
/// variable FRESHET_SABOTAGE.
[[nodiscard]] bool sabotaged(std::string_view rule) noexcept;

/// A place where a fault may be let in: FRESHET_FAILPOINTS="place=action:probability,…" with the
/// actions kill (the process, as by kill -9), sleep (50 ms), stall (500 ms) and throw
/// (std::runtime_error).
void failpoint(std::string_view place);

#else

// consteval: not even the names reach the program, whatever a sanitizer or -O0 keeps.
[[nodiscard]] consteval bool sabotaged(std::string_view /*rule*/) noexcept {
  return false;
}
consteval void failpoint(std::string_view /*place*/) {}

#endif

}  // namespace projections
