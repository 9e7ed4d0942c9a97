#pragma once

#include "relay/engine/handling.hpp"
#include "relay/runtime/seat.hpp"
#include "relay/store/worker_session.hpp"

namespace relay::runtime {

/// Calls a handler within its time: past it the session is cut off under it and it is asked to
/// stop. Meanwhile the flight record names what it has. Borrows everything. Threads: the worker's.
class BoundedHandling final : public engine::Handling {
 public:
  /// @param alone nothing runs beside it in this process.
  BoundedHandling(store::WorkerSession& session, const Seat& seat, bool alone,
                  const std::stop_token& stop)
      : session_(session), seat_(seat), alone_(alone), stop_(stop) {}

  std::vector<projections::Fate> call(const listeners::Listener& listener,
                                      const std::vector<projections::Event>& events,
                                      const Handler& handler) override;

 private:
  store::WorkerSession& session_;
  const Seat& seat_;
  bool alone_;
  const std::stop_token& stop_;
};

}  // namespace relay::runtime
