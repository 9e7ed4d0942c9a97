#include "relay/listeners/projection_listener.hpp"

#include <utility>

#include "projections/type_pattern.hpp"

namespace relay::listeners {

const std::string& ProjectionListener::kind() const {
  static const std::string kind = "projection";
  return kind;
}

bool ProjectionListener::wants(std::string_view event_type,
                               std::optional<std::string_view> listener_id) const {
  return projections::listens(projection_.options, event_type, listener_id);
}

std::vector<projections::Fate> ProjectionListener::apply(const projections::Batch& batch,
                                                         projections::HeldKeys& held,
                                                         projections::SavepointBudget& budget,
                                                         projections::Tx& tx, std::stop_token stop,
                                                         projections::Order order) {
  return projections::apply_batch(projection_, batch, held, budget, tx, std::move(stop), order);
}

}  // namespace relay::listeners
