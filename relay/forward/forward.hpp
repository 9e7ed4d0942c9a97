#pragma once

#include <memory>
#include <vector>

#include "projections/apply/apply.hpp"
#include "relay/forward/format.hpp"
#include "relay/forward/sink.hpp"

namespace relay::forward {

/// One `[[forward]]`: makes records of events and sends them. Threads: any number at once.
class Forward {
 public:
  /// @param sink shared by all forwards to the same brokers.
  Forward(projections::OnDead on_dead, Recipe recipe, std::shared_ptr<Sink> sink)
      : on_dead_(on_dead), recipe_(std::move(recipe)), sink_(std::move(sink)) {}

  /// Sends a batch and waits for every acknowledgement. What cannot be sent is refused before, and
  /// holds its key back if the forward blocks behind dead letters; what the broker itself refuses
  /// does not hold back what was already under way.
  /// @param held keys to pass over; keys that must wait from now on are added.
  /// @return one fate per event. @throws SinkDown: nothing is known of any.
  [[nodiscard]] std::vector<projections::Fate> send(const projections::Batch& batch,
                                                    projections::HeldKeys& held,
                                                    projections::Order order);

  /// Whether an empty payload becomes a record, a tombstone.
  [[nodiscard]] bool takes_empty() const { return recipe_.tombstone; }
  [[nodiscard]] bool available() const { return sink_->available(); }
  [[nodiscard]] std::string trouble() const { return sink_->trouble(); }

 private:
  projections::OnDead on_dead_;
  Recipe recipe_;
  std::shared_ptr<Sink> sink_;
};

}  // namespace relay::forward
