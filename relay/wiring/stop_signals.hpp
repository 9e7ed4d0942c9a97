#pragma once

#include <chrono>

namespace relay::wiring {

/// From here on SIGTERM and SIGINT are waited for instead of ending the process, in this thread and
/// those that it starts; a lost connection is an error of the call, not a signal.
void take_stop_signals();

/// Waits so long for one of them. @return its number, or 0.
[[nodiscard]] int next_stop_signal(std::chrono::nanoseconds time);

}  // namespace relay::wiring
