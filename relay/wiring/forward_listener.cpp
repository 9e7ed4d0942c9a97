#include "relay/wiring/forward_listener.hpp"

#include "relay/listeners/assignment.hpp"

namespace relay::wiring {

const std::string& ForwardListener::kind() const {
  static const std::string kind = listeners::forward;
  return kind;
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
