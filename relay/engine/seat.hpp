#pragma once

#include <chrono>
#include <cstddef>

#include "relay/engine/handler_watch.hpp"
#include "relay/flow/flight_record.hpp"

namespace relay::engine {

/// A worker's own place: who sees how long it is in a handler, and its slot of the flight record.
struct Seat {
  HandlerWatch& watch;
  flow::FlightRecord& flight;
  std::size_t slot;
  std::chrono::milliseconds handler_timeout;
};

}  // namespace relay::engine
