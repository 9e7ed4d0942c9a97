#pragma once

#include <string_view>
#include <vector>

#include "relay/forward/record.hpp"

namespace relay::forward {

/// Appends an event's own headers in their order: a string as its text, anything else as JSON, with
/// numbers as they were written.
/// @param json what `Event::headers` holds: an object, or null for none.
/// @param ours headers that stand already; of the event's, those of the same name are left out.
/// @throws std::invalid_argument if it is neither, or holds a number beyond any double's range.
void append_event_headers(std::string_view json, std::vector<Header>& ours);

}  // namespace relay::forward
