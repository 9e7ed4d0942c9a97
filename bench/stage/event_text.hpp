#pragma once

#include <string>

namespace bench {

/// A moment in seconds since 1970 as the server reads it, to the microsecond.
[[nodiscard]] std::string time_text(double since_1970);

/// The key of that number.
[[nodiscard]] std::string key_text(long number);

/// An event's payload as JSON, about 210 bytes and the note. @param due as of `time_text`.
[[nodiscard]] std::string payload_text(const std::string& key, const std::string& due, long number,
                                       const std::string& note);

}  // namespace bench
