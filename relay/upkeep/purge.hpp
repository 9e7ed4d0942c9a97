#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "relay/upkeep/chore.hpp"
#include "relay/upkeep/purge_pages.hpp"

namespace relay::upkeep {

/// A sweep over one table that gives way to work, goes on where it was cut off and begins anew an
/// hour after its end, or later where a sweep takes long.
/// @param work moves while this process has work; what others have is told by the database.
[[nodiscard]] std::unique_ptr<Chore> purge_chore(
    Purge purge, std::function<std::int64_t()> work = [] { return std::int64_t{0}; });

}  // namespace relay::upkeep
