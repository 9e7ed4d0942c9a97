#include "relay/runtime/bounded_handling.hpp"

#include "relay/engine/pass_failure.hpp"

namespace relay::runtime {

std::vector<projections::Fate> BoundedHandling::call(const listeners::Listener& who,
                                                     const std::vector<projections::Event>& events,
                                                     const Handler& handler) {
  const std::string& listener = who.name();
  const std::string first{events.front().id};
  const auto time = who.time_limit().value_or(slot_.handler_timeout);
  const HandlerWatch::Visit visit{slot_.watch, listener, first, HandlerWatch::Clock::now() + time,
                                  stop_};
  const auto limit = session_.within(time);
  const auto refuse_if_late = [&] {
    if (!limit->expired()) return;
    const std::string limit_name = who.time_limit() ? "it should (" : "handler_timeout_ms (";
    throw engine::failed_in_handler(
        first, listener,
        {projections::FailureKind::timeout, "",
         "it took longer than " + limit_name + std::to_string(time.count()) + ")"});
  };
  try {
    const flow::FlightRecord::Flight flight{slot_.flight, slot_.number, listener, events, alone_};
    auto fates = handler(visit.stop());
    refuse_if_late();
    return fates;
  } catch (const projections::TransactionOver&) {
    refuse_if_late();  // whatever it died of, it died of being late
    throw;
  }
}

}  // namespace relay::runtime
