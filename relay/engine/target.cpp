#include "relay/engine/target.hpp"

#include <utility>

#include "relay/flow/outage.hpp"

namespace relay::engine {

Target::Target(const EngineOptions& options, Trouble& trouble, int callers)
    : options_(options), trouble_(trouble), breaker_({.callers = callers}) {}

pg::ConnectOptions Target::connect_options(const std::string& name) {
  return {.application_name = "freshet " + name,
          .wanted = pg::Wanted::writer,
          .call_limit = options_.call_limit,
          .watchdog = &watchdog_};
}

void Target::Call::end(flow::Breaker::Outcome outcome, const std::string& why) {
  if (!permit_) return;
  const flow::Breaker::Permit permit = *std::exchange(permit_, std::nullopt);
  target_.breaker_.report(permit, outcome, why);
  if (outcome != flow::Breaker::Outcome::no_answer) target_.tell();
}

void Target::tell() {
  const flow::Breaker::View view = breaker_.view();
  if (view.state == flow::Breaker::State::closed) return trouble_.end("breaker");
  trouble_.begin("breaker", flow::outage_sentence("the database", view));
}

}  // namespace relay::engine
