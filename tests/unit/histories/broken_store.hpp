#pragma once

#include <memory>

#include "relay/store/store.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// The same store, one of whose promises is broken, if the rule is one of a store's door; else it
/// itself.
[[nodiscard]] std::unique_ptr<relay::store::Store> broken_on_purpose(
    Broken rule, std::unique_ptr<relay::store::Store> store);

}  // namespace tests::histories
