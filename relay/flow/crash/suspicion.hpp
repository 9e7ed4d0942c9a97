#pragma once

#include <string_view>

namespace relay::flow {

/// How often a suspect took the process with it while it ran alone in it.
struct Suspicion {
  int crashes = 0;  ///< Its own thread crashed.
  int kills = 0;    ///< The process vanished: perhaps out of memory, perhaps killed from outside.
};

enum class Verdict {
  again,  ///< It runs alone once more.
  dead,   ///< A dead letter of class `crash`.
};

inline constexpr int crashes_most = 3;
inline constexpr int kills_most = 10;
inline constexpr std::string_view crash_class = "crash";  ///< For event_delivery.error_class.

/// What becomes of a suspect. Only what happened while it was alone may be in the counts: beside
/// others the culprit is not known. A single kill says little, ten alone say enough.
[[nodiscard]] constexpr Verdict judge(const Suspicion& suspicion) {
  return suspicion.crashes >= crashes_most || suspicion.kills >= kills_most ? Verdict::dead
                                                                            : Verdict::again;
}

}  // namespace relay::flow
