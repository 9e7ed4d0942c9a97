#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/listeners/listener.hpp"

namespace relay::engine {

/// How a listener's handler is called: with nothing around it, or with all that keeps it in bounds.
class Handling {
 public:
  using Handler = std::function<std::vector<projections::Fate>(std::stop_token)>;

  virtual ~Handling() = default;
  /// @param events what it is called with, at least one.
  /// @throws what the handler throws; PassFailed, of kind timeout, when its time is over.
  virtual std::vector<projections::Fate> call(const listeners::Listener& listener,
                                              const std::vector<projections::Event>& events,
                                              const Handler& handler) = 0;
};

}  // namespace relay::engine
