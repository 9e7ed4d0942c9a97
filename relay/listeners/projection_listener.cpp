#include "relay/listeners/projection_listener.hpp"

#include <utility>

namespace relay::listeners {

const std::string& ProjectionListener::kind() const {
  static const std::string kind = "projection";
  return kind;
}

std::vector<projections::Fate> ProjectionListener::apply(const projections::Batch& batch,
                                                         projections::HeldKeys& held,
                                                         projections::SavepointBudget& budget,
                                                         projections::Tx& tx, std::stop_token stop,
                                                         projections::Order order) {
  return projections::apply_batch(projection_, batch, held, budget, tx, std::move(stop), order);
}

}  // namespace relay::listeners
