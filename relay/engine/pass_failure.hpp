#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/failure.hpp"

namespace relay::engine {

/// An event and the listener that has it: (event id, listener).
using EventAndListener = std::pair<std::string, std::string>;

/// Why a pass did not come through. Nothing of its transaction is there, or that is unknown.
struct PassFailure {
  enum class Where {
    connecting,        ///< There is no session.
    statement,         ///< A statement of the relay's own.
    handler,           ///< A listener's call; `blamed` is the first event it was called with.
    handler_or_end,    ///< A listener's SQL and the batch's end, sent together: unknown which.
    commit,            ///< COMMIT was refused; `blamed` is all that was applied in it.
    listener_down,     ///< What a listener delivers to is down; nothing is known of the events.
    listener_stopped,  ///< `stopped` cannot or will not go on, whatever event comes.
  };
  Where where = Where::statement;
  projections::Failure failure;
  std::vector<EventAndListener> blamed = {};
  std::string stopped = {};    ///< A listener,
  std::string paused_by = {};  ///< "relay": it is broken; "projection": it asked for it.
};

/// A pass ends here; its transaction must be rolled back.
class PassFailed : public std::runtime_error {
 public:
  explicit PassFailed(PassFailure what)
      : std::runtime_error(what.failure.message), why(std::move(what)) {}
  PassFailure why;
};

/// In a listener's call. @param event_id the first event it was called with.
[[nodiscard]] inline PassFailed failed_in_handler(std::string_view event_id, std::string listener,
                                                  projections::Failure why) {
  return PassFailed{{.where = PassFailure::Where::handler,
                     .failure = std::move(why),
                     .blamed = {{std::string{event_id}, std::move(listener)}}}};
}

}  // namespace relay::engine
