#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "projections/handler.hpp"

namespace projections {

/// What a projection listens to and what makes its effect happen once.
struct ProjectionOptions {
  /// Stable identity, the `listener_id`: a letter or "_", then letters, digits, "_", "." or "-",
  /// 64 characters at most. Changing it makes a new projection.
  std::string name;
  /// Event types, at least one; "*" stands for any run of characters.
  std::vector<std::string> events;
  /// A business key such as "incident:${aggregate_id}"; empty: the event's id.
  std::string guard = {};
};

struct Projection {
  ProjectionOptions options;
  HandlerPtr handler;
};

/// Thrown with every fault found, one per line, so that one run shows them all.
class RegistrationError : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The projections this process runs. Built in main, then frozen. Not thread-safe while built.
class Registry {
 public:
  /// @throws RegistrationError with every fault of this projection; nothing is added then.
  Registry& add(ProjectionOptions options, HandlerPtr handler);

  /// Sorted by name, so that every process applies them in one order.
  [[nodiscard]] const std::vector<Projection>& all() const { return projections_; }
  [[nodiscard]] bool empty() const { return projections_.empty(); }

 private:
  std::vector<Projection> projections_;
};

}  // namespace projections
