#pragma once

#include <memory>

#include "relay/store/store.hpp"

namespace chaos::service {

/// The same store, one of whose promises is broken if FRESHET_SABOTAGE names one of them; not so in
/// a build without FRESHET_FAILPOINTS.
[[nodiscard]] std::unique_ptr<relay::store::Store> broken_on_purpose(
    std::unique_ptr<relay::store::Store> store);

}  // namespace chaos::service
