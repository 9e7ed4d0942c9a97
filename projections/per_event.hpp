#pragma once

#include <concepts>
#include <functional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "projections/handler.hpp"

namespace projections {

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

  /// Implicit, so that it stands where a handler is asked for.
  operator HandlerPtr() && {  // NOLINT(google-explicit-constructor)
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
