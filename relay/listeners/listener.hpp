#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "projections/apply/apply.hpp"
#include "projections/event.hpp"
#include "projections/type_pattern.hpp"

namespace relay::listeners {

/// What a listener delivers to is down, and nothing is known of the events it was called with: the
/// transaction is rolled back, and nothing of it counts as their failure.
class ListenerDown : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A named consumer of events: a projection or a forward. Its name is the `listener_id`.
/// Threads: any number of workers at once, each with a transaction of its own.
class Listener {
 public:
  virtual ~Listener() = default;

  /// Name, patterns, on_dead, detached, retry schedule. A forward's `detached` says nothing: the
  /// database decides, see `place_forwards.sql`.
  [[nodiscard]] virtual const projections::ProjectionOptions& options() const = 0;
  [[nodiscard]] virtual const std::string& kind() const = 0;  ///< "projection" or "forward".
  /// Makes the events' effects part of the transaction; see projections::apply_batch, whose
  /// contract and exceptions are this one's, and ListenerDown.
  [[nodiscard]] virtual std::vector<projections::Fate> apply(const projections::Batch& batch,
                                                             projections::HeldKeys& held,
                                                             projections::SavepointBudget& budget,
                                                             projections::Tx& tx,
                                                             std::stop_token stop,
                                                             projections::Order order) = 0;
  /// See projections::as_sql; nothing: `apply` must be called.
  [[nodiscard]] virtual std::optional<std::string> as_sql(const projections::Batch& /*batch*/,
                                                          projections::Tx& /*tx*/) const {
    return std::nullopt;
  }
  /// Whether `probe` can tell anything.
  [[nodiscard]] virtual bool can_probe() const = 0;
  /// Why it cannot work, asked without any event; nothing: it can. See projections::probe.
  [[nodiscard]] virtual std::optional<projections::Failure> probe(projections::Tx& tx) = 0;

  /// How long `apply` may take; nothing: `handler_timeout`.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds> time_limit() const { return {}; }
  /// False: it reads payloads in the server alone; it may be given events without them, and judges
  /// their form by itself.
  [[nodiscard]] virtual bool reads_payload() const { return true; }
  /// False: it may be given events without headers as well.
  [[nodiscard]] virtual bool reads_headers() const { return true; }
  /// Whether it takes an event without a payload.
  [[nodiscard]] virtual bool takes_empty() const { return false; }
  /// False: what it delivers to is down, and nothing should be claimed for it. Never waits.
  [[nodiscard]] virtual bool available() const { return true; }
  /// What an operator should know of it, one sentence; "" when all is well. Never waits.
  [[nodiscard]] virtual std::string trouble() const { return ""; }

  [[nodiscard]] const std::string& name() const { return options().name; }
  /// Whether it must see the event. @param listener_id set: addressed to that listener alone.
  [[nodiscard]] bool wants(std::string_view event_type,
                           std::optional<std::string_view> listener_id) const {
    return projections::listens(options(), event_type, listener_id);
  }
};

}  // namespace relay::listeners
