#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/listeners/listener.hpp"
#include "relay/store/worker_session.hpp"

namespace relay::engine {

/// How a listener's handler is called in one pass: with nothing around it, or with all that keeps
/// it in bounds.
class Handling {
 public:
  using Handler = std::function<std::vector<projections::Fate>(std::stop_token)>;

  virtual ~Handling() = default;
  /// @param events what it is called with, at least one.
  /// @throws what the handler throws; PassFailed, of kind timeout, when its time is over.
  virtual std::vector<projections::Fate> call(const listeners::Listener& listener,
                                              const std::vector<projections::Event>& events,
                                              const Handler& handler) = 0;
};

/// Makes a worker's handling of one pass. @param session in which handlers work; outlives it.
/// @param alone nothing runs beside it in this process. @param stop outlives it.
using HandlingOfPass = std::function<std::unique_ptr<Handling>(
    store::WorkerSession& session, bool alone, const std::stop_token& stop)>;

/// The same for each of an engine's workers, by their numbers from 0. Called once for each.
using HandlingOfWorker = std::function<HandlingOfPass(std::size_t worker)>;

}  // namespace relay::engine
