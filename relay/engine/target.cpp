#include "relay/engine/target.hpp"

#include "relay/flow/outage.hpp"

namespace relay::engine {

Target::Target(Trouble& trouble, int callers, const Parts& parts)
    : trouble_(trouble), breaker_({.callers = callers}, parts.now, parts.chance) {}

void Target::Call::worked() {
  if (!leave_.given()) return;
  leave_.worked();
  target_.tell();
}

void Target::Call::failed(const std::string& why) {
  if (!leave_.given()) return;
  leave_.failed(why);
  target_.tell();
}

void Target::tell() {
  const flow::Breaker::View view = breaker_.view();
  if (view.state == flow::Breaker::State::closed) return trouble_.end("breaker");
  trouble_.begin("breaker", flow::outage_sentence("the database", view));
}

}  // namespace relay::engine
