#pragma once

#include <chrono>
#include <cstddef>

#include "relay/flow/crash/flight_record.hpp"
#include "relay/runtime/handler_watch.hpp"

namespace relay::runtime {

/// A worker's own place: who sees how long it is in a handler, and its slot of the flight record.
struct Seat {
  HandlerWatch& watch;
  flow::FlightRecord& flight;
  std::size_t slot;
  std::chrono::milliseconds handler_timeout;
};

}  // namespace relay::runtime
