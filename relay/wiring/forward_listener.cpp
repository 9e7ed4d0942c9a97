#include "relay/wiring/forward_listener.hpp"

#include "projections/type_pattern.hpp"
#include "relay/listeners/duty.hpp"

namespace relay::wiring {

const std::string& ForwardListener::kind() const {
  static const std::string kind = listeners::forward;
  return kind;
}

bool ForwardListener::wants(std::string_view event_type,
                            std::optional<std::string_view> listener_id) const {
  return projections::listens(options_, event_type, listener_id);
}

std::vector<projections::Fate> ForwardListener::apply(const projections::Batch& batch,
                                                      projections::HeldKeys& held,
                                                      projections::SavepointBudget& /*budget*/,
                                                      projections::Tx& /*tx*/,
                                                      std::stop_token /*stop*/,
                                                      projections::Order order) {
  try {
    return forward_.send(batch, held, order);
  } catch (const forward::SinkDown& down) {
    throw listeners::ListenerDown{"forward \"" + options_.name + "\": " + down.what()};
  }
}

}  // namespace relay::wiring
