#pragma once

#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::complete {

/// Ends events inside the claim's transaction. Each call adds to a script, whose run does it; an
/// empty list adds nothing.
class Completer {
 public:
  virtual ~Completer() = default;
  /// Every listener is done with these. One statement for all.
  virtual void complete(pg::Script& script, const std::vector<std::string>& ids) const = 0;
  /// Something is still owed of these, and it is written in `event_delivery`.
  virtual void park(pg::Script& script, const std::vector<std::string>& ids) const = 0;
  /// The same statements over no event: they fail if they could not work for any.
  virtual void rehearse(pg::Script& script) const = 0;
};

}  // namespace relay::complete
