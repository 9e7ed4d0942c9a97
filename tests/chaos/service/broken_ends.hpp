#pragma once

#include <memory>

#include "relay/store/worker_session.hpp"

namespace chaos::service {

/// A session that breaks the rule of FRESHET_SABOTAGE if it is one of batches' ends; else it
/// itself.
[[nodiscard]] std::unique_ptr<relay::store::WorkerSession> with_broken_ends(
    std::unique_ptr<relay::store::WorkerSession> session);

}  // namespace chaos::service
