#pragma once

#include <sys/types.h>

#include <string>

namespace tests {

/// A field of /proc/PID/stat by its number in proc(5), 3 (the state) or later; "" when the process
/// is gone.
[[nodiscard]] std::string stat_field(pid_t process, int number);

/// Seconds of processor time that a running process has used, its own threads together; 0 when it
/// is gone.
[[nodiscard]] double processor_seconds(pid_t process);

}  // namespace tests
