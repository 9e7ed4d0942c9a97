#pragma once

#include <stop_token>
#include <string_view>

#include "projections/event.hpp"
#include "projections/tx.hpp"

namespace projections {

/// What a handler may use besides the events themselves. Valid until `apply` returns.
class Context {
 public:
  virtual ~Context() = default;

  [[nodiscard]] virtual Tx& tx() = 0;
  /// Signalled when the relay is draining; long handlers should look.
  [[nodiscard]] virtual std::stop_token stop() const = 0;
  /// Passes over one event for good, with a reason that is kept in `event_attempt`: it counts as
  /// done for this projection and its key does not wait.
  virtual void skip(const Event& event, std::string_view reason) = 0;
};

}  // namespace projections
