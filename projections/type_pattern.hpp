#pragma once

#include <optional>
#include <string_view>

#include "projections/registry.hpp"

namespace projections {

/// True when the whole `text` fits `pattern`, in which "*" stands for any run of characters, also
/// none. Case counts. Linear time in the length of the text.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

/// True when a projection must see an event: by its type, or, when the event names one listener,
/// by that name alone.
[[nodiscard]] bool listens(const ProjectionOptions& options, std::string_view event_type,
                           std::optional<std::string_view> listener_id);

}  // namespace projections
