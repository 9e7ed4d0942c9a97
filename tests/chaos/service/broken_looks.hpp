#pragma once

#include <memory>

#include "relay/store/scout_session.hpp"
#include "tests/chaos/service/cursor.hpp"

namespace chaos::service {

/// A session that breaks the rule of FRESHET_SABOTAGE if it is one of looks; else it itself.
/// @param cursor of all sessions of the store.
[[nodiscard]] std::unique_ptr<relay::store::ScoutSession> with_broken_looks(
    std::unique_ptr<relay::store::ScoutSession> session, const std::shared_ptr<Cursor>& cursor);

}  // namespace chaos::service
