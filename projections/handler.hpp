#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "projections/context.hpp"
#include "projections/event.hpp"
#include "projections/outcome.hpp"

namespace projections {

/// Applies events to a read model.
///
/// Threads: several workers call the same handler at once, each with events of other keys and a
/// transaction of its own; state of its own must be synchronised by the handler.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Called inside a savepoint with at least one event that this projection has not seen.
  virtual Outcome apply(const Batch& batch, Context& context) = 0;
  /// True: `apply` may also be called with no event at all, in a savepoint that is rolled back, to
  /// tell a projection that cannot work (a missing table) from an event that does not fit.
  [[nodiscard]] virtual bool can_probe() const { return false; }
  /// What `apply` does as one SQL text without values, whose answer is not needed: it then travels
  /// with the statements around it, in one round trip. Nothing: `apply` is called. When the text
  /// fails, `apply` may be called for the same events. Asked without a time limit: it must not
  /// wait.
  /// @param tx quotes what goes into the text.
  [[nodiscard]] virtual std::optional<std::string> as_sql(const Batch& /*batch*/,
                                                          Tx& /*tx*/) const {
    return std::nullopt;
  }
  /// False: it reads payloads and headers in the server alone, and what it is given need not have
  /// them.
  [[nodiscard]] virtual bool reads_payload() const { return true; }
};

using HandlerPtr = std::unique_ptr<Handler>;

/// Wraps a function that takes the whole batch: set-based SQL, the fast path.
template <class F>
requires std::is_invocable_r_v<Outcome, F&, const Batch&, Context&> HandlerPtr batch(F fn) {
  struct Batched final : Handler {
    explicit Batched(F f) : fn(std::move(f)) {}
    Outcome apply(const Batch& events, Context& context) override { return fn(events, context); }
    F fn;
  };
  return std::make_unique<Batched>(std::move(fn));
}

}  // namespace projections
