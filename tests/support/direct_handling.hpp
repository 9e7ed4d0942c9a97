#pragma once

#include "relay/engine/handling.hpp"

namespace tests {

/// Calls a handler with nothing around it.
class DirectHandling final : public relay::engine::Handling {
 public:
  std::vector<projections::Fate> call(const relay::listeners::Listener& /*listener*/,
                                      const std::vector<projections::Event>& /*events*/,
                                      const Handler& handler) override {
    return handler({});
  }
};

}  // namespace tests
