#pragma once

#include <memory>
#include <string>
#include <vector>

#include "projections/event.hpp"
#include "relay/forward/format.hpp"
#include "relay/forward/sink.hpp"

namespace relay::forward {

/// What became of events that were sent again.
struct Resent {
  std::vector<std::string> faults;  ///< One per event: why it cannot be sent; "" where it was.
  std::string halt;                 ///< Not empty: why none of them may count as sent.
};

/// Sends a forward's events to another topic: same records, no deliveries. Threads: any number.
class Resend {
 public:
  /// @param topic a legal name.
  Resend(Recipe recipe, const std::string& topic, std::shared_ptr<Sink> sink);

  /// Sends them in their order and waits for every acknowledgement. An event that cannot be sent
  /// holds nothing back; a topic that takes nothing, or that is the event's own, halts all.
  /// @throws SinkDown: nothing is known of any.
  [[nodiscard]] Resent send(const std::vector<projections::Event>& events) const;

  /// Whether an empty payload becomes a record, a tombstone.
  [[nodiscard]] bool takes_empty() const { return recipe_.tombstone; }
  [[nodiscard]] bool available() const { return sink_->available(); }

 private:
  [[nodiscard]] bool is_own_topic(const projections::Event& event) const;

  projections::EventTemplate own_topic_;
  Recipe recipe_;
  std::string topic_;
  std::shared_ptr<Sink> sink_;
};

}  // namespace relay::forward
