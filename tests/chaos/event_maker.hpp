#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "tests/chaos/history.hpp"
#include "tests/chaos/listeners.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {

/// An event to be published. Which way it fails, if it does, is drawn with it.
struct MadeEvent {
  std::string id;
  std::string key;  ///< Empty: without a key.
  std::string type;
  std::string addressed;  ///< The only listener it is for; empty: all.
  std::string planted;    ///< The listener that may fail at it; empty: none.
  std::string broken;     ///< What its payload says of failing and being slow: `,"broken":{…}`.
                          ///< For a forward it is more than a record may hold.
  bool crash = false;
  /// Where it stands in its key, for a writer that does without the key's row lock; events of one
  /// position may come in any order. Else the position is counted under the lock.
  std::optional<int> position = {};
  /// How long the INSERT takes between drawing its seq and having a transaction id.
  double slow_insert_s = 0;
  std::uint32_t hash = 0;
};

struct Plants {
  double failures = 0;  ///< How many of those with a key fail.
  bool slow = true;     ///< It may take longer than a second.
  bool crash = false;   ///< This one may be one that kills the process.
};

MadeEvent make_event(std::mt19937_64& random, const Cast& cast, const std::string& key,
                     Plants plants);

/// Writes it and the harness's own record of it, inside the session's transaction; without a
/// position of its own, the row lock of its key is taken first.
void write_event(Session& session, long transaction, const MadeEvent& event);

/// Sends what commits and notes what came of it. @throws DatabaseError, noted as well.
void commit(Session& session, History& history, long transaction,
            const std::string& command = "COMMIT");

}  // namespace chaos
