#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

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
};

using HandlerPtr = std::unique_ptr<Handler>;

/// Wraps a function that takes the whole batch: set-based SQL, the fast path.
template <class F>
requires std::is_invocable_r_v<Outcome, F&, const Batch&, Context&> HandlerPtr batch(F fn) {
  struct Batched final : Handler {
    explicit Batched(F f) : fn_(std::move(f)) {}
    Outcome apply(const Batch& events, Context& context) override { return fn_(events, context); }
    F fn_;
  };
  return std::make_unique<Batched>(std::move(fn));
}

/// Builds a handler that takes one event at a time, by type: the simple path.
/// Events of a type without a rule are passed over.
class PerEvent {
 public:
  using Fn = std::function<void(const Event&, Context&)>;

  /// @throws std::invalid_argument if `type` already has a rule.
  PerEvent&& on(std::string type, Fn fn) && {
    if (!rules_.emplace(type, std::move(fn)).second) {
      throw std::invalid_argument{"event type has two rules: " + type};
    }
    return std::move(*this);
  }

  /// As above, with the payload decoded by nlohmann's `from_json`. A payload that does not decode
  /// is that event's failure, never a silent skip.
  template <class Payload, class F>
  requires std::is_invocable_v<F&, const Payload&, const Event&, Context&> PerEvent &&
      on(std::string type, F fn) && {
    return std::move(*this).on(
        std::move(type), Fn{[fn = std::move(fn)](const Event& event, Context& context) mutable {
          fn(event.json().template get<Payload>(), event, context);
        }});
  }

  operator HandlerPtr() && {
    return batch([rules = std::move(rules_)](const Batch& events, Context& context) {
      for (const Event& event : events) {
        const auto rule = rules.find(std::string{event.type});
        if (rule != rules.end()) rule->second(event, context);
      }
      return Outcome::applied();
    });
  }

 private:
  std::unordered_map<std::string, Fn> rules_;
};

inline PerEvent per_event() {
  return {};
}

}  // namespace projections
