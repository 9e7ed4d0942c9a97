#pragma once

#include <functional>
#include <memory>
#include <string>

#include "relay/store/scout_session.hpp"

namespace chaos::service {

/// A session that breaks the rule of FRESHET_SABOTAGE if it is one that only a fleet has; else it
/// itself. @param where Store::description. @param another opens one more, beside the budget.
[[nodiscard]] std::unique_ptr<relay::store::ScoutSession> with_broken_fleet(
    std::unique_ptr<relay::store::ScoutSession> session, const std::string& where,
    const std::function<std::unique_ptr<relay::store::ScoutSession>()>& another);

}  // namespace chaos::service
