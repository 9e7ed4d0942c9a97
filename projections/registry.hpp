#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "projections/handler.hpp"

namespace projections {

/// What the later events of a key do behind a dead letter.
enum class OnDead {
  block,  ///< They wait until an operator retries or discards it.
  skip,   ///< They go on without it; a later retry of it is out of order.
};

/// The pauses between the tries of an event that fails; after the last one it is a dead letter.
using RetrySchedule = std::vector<std::chrono::seconds>;

/// What a projection listens to, what makes its effect happen once, and what becomes of an event
/// that it fails at.
struct ProjectionOptions {
  /// Stable identity, the `listener_id`: a letter or "_", then letters, digits, "_", "." or "-",
  /// 64 characters at most. Changing it makes a new projection.
  std::string name;
  /// Event types, at least one; "*" stands for any run of characters.
  std::vector<std::string> events;
  /// A business key such as "incident:${aggregate_id}"; empty: the event's id. "completion": no
  /// guard rows, see guard::by_completion.
  std::string guard = {};
  OnDead on_dead = OnDead::block;
  /// True: it never shares a transaction or a worker with other projections, so that it may be
  /// slow.
  bool detached = false;
  /// Each pause is varied by 10 % either way. Empty: a dead letter at the first failure.
  RetrySchedule retry = {std::chrono::seconds{2}, std::chrono::seconds{4}, std::chrono::seconds{8},
                         std::chrono::seconds{16}, std::chrono::seconds{32}};
};

/// Whether nothing but an event's own completion keeps its effect from happening twice.
[[nodiscard]] bool by_completion(const ProjectionOptions& options);

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
