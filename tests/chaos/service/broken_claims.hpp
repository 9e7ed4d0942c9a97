#pragma once

#include <memory>

#include "relay/store/worker_session.hpp"
#include "tests/chaos/service/cursor.hpp"

namespace chaos::service {

/// A session that breaks the rule of FRESHET_SABOTAGE if it is one of claims; else it itself.
/// @param cursor of all sessions of the store.
[[nodiscard]] std::unique_ptr<relay::store::WorkerSession> with_broken_claims(
    std::unique_ptr<relay::store::WorkerSession> session, const std::shared_ptr<Cursor>& cursor);

}  // namespace chaos::service
