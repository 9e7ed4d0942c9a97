#pragma once

#include <string_view>

namespace relay::forward {

/// Whether a text is a `traceparent` by W3C Trace Context, of version 00 or a later one.
[[nodiscard]] bool is_traceparent(std::string_view text);

/// Whether a text is a `tracestate` by W3C Trace Context: at most 32 entries KEY=VALUE.
[[nodiscard]] bool is_tracestate(std::string_view text);

}  // namespace relay::forward
