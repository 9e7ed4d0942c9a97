#pragma once

#include <chrono>

namespace relay::wiring {

/// From here on a SIGHUP waits for `take_stop_signals` instead of ending a process that starts; in
/// this thread and those that it starts.
void hold_hang_up();

/// From here on SIGTERM, SIGINT, SIGHUP and SIGUSR1 are waited for instead of ending the process,
/// in this thread and those that it starts; a lost connection is an error of the call, not a
/// signal.
void take_stop_signals();

/// Waits for one of them, so long at most. @return its number; 0: none, or `interrupt_wait`.
[[nodiscard]] int next_stop_signal(std::chrono::nanoseconds time);

/// Lets the thread that waits there look again, by a SIGUSR1 of this process to itself. Any thread,
/// after `take_stop_signals`: it would end the process before.
void interrupt_wait();

}  // namespace relay::wiring
