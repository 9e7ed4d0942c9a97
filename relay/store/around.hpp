#pragma once

#include <functional>
#include <memory>

namespace relay::store {

class Store;

/// Puts something between the engine and a database's store, as a test does to break it.
using Around = std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>;

}  // namespace relay::store
