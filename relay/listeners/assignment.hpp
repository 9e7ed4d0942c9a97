#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/registry.hpp"
#include "relay/flow/crash/suspicion.hpp"

namespace relay::listeners {

/// The kind of a forward, which is detached as long as the database has a projection: a broker that
/// is slow must delay no read model. Only then it needs deliveries; alone it takes the events
/// themselves, in transactions that only forwards share.
inline constexpr const char* forward = "forward";

/// What of a listener stands in `event_listener`: a relay that declares it otherwise does not serve
/// it.
struct Declaration {
  std::string name;
  std::string kind;
  std::vector<std::string> patterns;
  bool skip_dead = false;
  bool detached = false;
};

/// (event id, listener) that were in flight when a process died: each must run alone.
using Suspects = std::map<std::pair<std::string, std::string>, flow::Suspicion>;

/// What all relays of a database must agree on, as the database holds it.
struct Registered {
  struct Entry {
    Declaration declaration;
    std::string state;      ///< active, paused, retired
    std::string paused_by;  ///< operator, relay, projection, or ""
    /// How long ago it was declared, or another relay showed that it serves it so.
    std::int64_t others_seen_ms = 0;
  };
  std::map<std::string, Entry> listeners;
  std::map<std::string, std::string> settings;
  Suspects suspects;

  [[nodiscard]] std::string version() const;  ///< `listeners_version`
};

/// What one relay has to do, under one version of the listeners.
struct Assignment {
  std::string version;
  std::set<std::string> attached;  ///< Served in the first pass and from their deliveries.
  std::set<std::string> detached;  ///< Served from their deliveries alone.
  /// Who must see events and is not served in this relay's first pass: detached, paused, run by
  /// another relay. The first pass writes `ready` deliveries for them.
  std::vector<projections::ProjectionOptions> owed;
  Suspects suspects;

  [[nodiscard]] bool serves(const std::string& listener) const {
    return attached.contains(listener) || detached.contains(listener);
  }
};

/// A relay serves a listener that is active and registered just as the relay declares it. Pure.
[[nodiscard]] Assignment assignment_of(const std::vector<Declaration>& own,
                                       const Registered& registered);

/// Which of its own a relay has to register: the last one that starts decides what a listener is,
/// so at its start those that are not there, retired, or declared otherwise; later, those that are
/// declared otherwise by relays of which none has been seen for a while (they were rolled back).
/// What is retired under a running relay stays retired. Pure.
[[nodiscard]] std::vector<Declaration> to_register(const std::vector<Declaration>& own,
                                                   const Registered& registered, bool at_start);

/// Why this relay must not claim, one sentence each with what to do; empty: it may.
/// @param own_settings `completion`, `ordering`, `lanes` as this relay has them. Pure.
[[nodiscard]] std::vector<std::string> disagreements(
    const std::map<std::string, std::string>& own_settings, const Registered& registered);

}  // namespace relay::listeners
