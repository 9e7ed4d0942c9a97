#include "relay/engine/database_breaker.hpp"

#include "relay/flow/outage.hpp"

namespace relay::engine {

DatabaseBreaker::DatabaseBreaker(Conditions& conditions, const flow::BreakerLimits& limits,
                                 const EngineParts& parts)
    : conditions_(conditions), breaker_(limits, parts.now, parts.chance) {}

void DatabaseBreaker::Call::worked() {
  if (!leave_.given()) return;
  leave_.worked();
  owner_.tell();
}

void DatabaseBreaker::Call::failed(const std::string& why) {
  if (!leave_.given()) return;
  leave_.failed(why);
  owner_.tell();
}

void DatabaseBreaker::tell() {
  const flow::Breaker::View view = breaker_.view();
  if (view.state == flow::Breaker::State::closed) return conditions_.end("breaker");
  conditions_.begin("breaker", flow::outage_sentence("the database", view));
}

}  // namespace relay::engine
