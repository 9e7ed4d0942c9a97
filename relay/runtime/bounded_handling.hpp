#pragma once

#include <chrono>
#include <cstddef>

#include "relay/engine/handling.hpp"
#include "relay/flow/crash/flight_record.hpp"
#include "relay/runtime/handler_watch.hpp"
#include "relay/store/worker_session.hpp"

namespace relay::runtime {

/// A worker's own place: who sees how long it is in a handler, and its slot of the flight record.
struct WorkerSlot {
  HandlerWatch& watch;
  flow::FlightRecord& flight;
  std::size_t number;
  std::chrono::milliseconds handler_timeout;
};

/// Calls a handler within its time: past it the session is cut off under it and it is asked to
/// stop. Meanwhile the flight record names what it has. Borrows everything. Threads: the worker's.
class BoundedHandling final : public engine::Handling {
 public:
  /// @param alone nothing runs beside it in this process.
  BoundedHandling(store::WorkerSession& session, const WorkerSlot& slot, bool alone,
                  const std::stop_token& stop)
      : session_(session), slot_(slot), alone_(alone), stop_(stop) {}

  std::vector<projections::Fate> call(const listeners::Listener& listener,
                                      const std::vector<projections::Event>& events,
                                      const Handler& handler) override;

 private:
  store::WorkerSession& session_;
  const WorkerSlot& slot_;
  bool alone_;
  const std::stop_token& stop_;
};

}  // namespace relay::runtime
