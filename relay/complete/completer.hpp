#pragma once

#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::complete {

/// Ends events inside the claim's transaction.
class Completer {
 public:
  virtual ~Completer() = default;
  /// Every listener is done with these. One statement for all; an empty list costs nothing.
  virtual void complete(pg::Connection& connection, const std::vector<std::string>& ids) const = 0;
  /// Something is still owed of these, and it is written in `event_delivery`.
  virtual void park(pg::Connection& connection, const std::vector<std::string>& ids) const = 0;
};

}  // namespace relay::complete
