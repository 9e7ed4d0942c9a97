#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "projections/apply/apply.hpp"
#include "projections/event.hpp"

namespace relay::listeners {

/// A named consumer of events: a projection, later a forward. Its name is the `listener_id`.
/// Threads: any number of workers at once, each with a transaction of its own.
class Listener {
 public:
  virtual ~Listener() = default;

  /// Name, patterns, on_dead, detached, retry schedule.
  [[nodiscard]] virtual const projections::ProjectionOptions& options() const = 0;
  [[nodiscard]] virtual const std::string& kind() const = 0;  ///< "projection" in event_listener.
  /// Whether it must see the event. @param listener_id set: addressed to that listener alone.
  [[nodiscard]] virtual bool wants(std::string_view event_type,
                                   std::optional<std::string_view> listener_id) const = 0;
  /// Makes the events' effects part of the transaction; see projections::apply_batch, whose
  /// contract and exceptions are this one's.
  [[nodiscard]] virtual std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                             projections::HeldKeys& held,
                                                             projections::SavepointBudget& budget,
                                                             projections::Tx& tx,
                                                             std::stop_token stop,
                                                             projections::Order order) = 0;
  /// Whether `probe` can tell anything.
  [[nodiscard]] virtual bool can_probe() const = 0;
  /// Why it cannot work, asked without any event; nothing: it can. See projections::probe.
  [[nodiscard]] virtual std::optional<projections::Failure> probe(projections::Tx& tx) = 0;

  [[nodiscard]] const std::string& name() const { return options().name; }
};

}  // namespace relay::listeners
