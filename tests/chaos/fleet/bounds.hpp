#pragma once

#include <algorithm>

namespace chaos::fleet {

/// What a fleet's relays are told, and what they owe for it. Milliseconds, if nothing else is said.
struct Bounds {
  // In the settings of every relay.
  static constexpr int refresh_s = 1;
  static constexpr int sleep_after_s = 2;
  static constexpr int sleep_look_s = 5;
  static constexpr int connect_timeout = 3'000;
  static constexpr int acquire_timeout = 5'000;
  static constexpr int breaker_pause = 4'000;

  static constexpr long refresh = refresh_s * 1'000L;
  /// Everything here shares one machine, which may be busy.
  static constexpr long machine = 3'000;

  /// From a commit to its effect in a database that is well, whatever becomes of others: a look at
  /// one that sleeps comes a quarter later than said at most, a session within the time after which
  /// the relay itself says that it is short of them, and then there is a batch to be done.
  static constexpr long wait = sleep_look_s * 1'250L + acquire_timeout + 1'000 + machine;

  /// Until a database is served again that could not be reached: the call that was under way is
  /// given up, and the pause of the breaker passes; where it was not served yet, its relay has been
  /// asking at pauses that double, so that the last may be as long as the outage was.
  static constexpr long recovery(long outage) {
    return connect_timeout + breaker_pause + machine + std::min(outage, 60'000L);
  }
  /// The same of the catalogue: the query is given up after five seconds, and asked again.
  static constexpr long catalogue_recovery = connect_timeout + 5'000 + refresh;
  /// From a row that can be read to the database that is served: the next reading, a session for
  /// it, the look whether it is fit.
  static constexpr long row = refresh + 2'000 + machine;
  /// From a relay's start to its first batch: a look at every database, ten at a time.
  static constexpr long start = 5'000 + machine;
  /// … and others are waited for once that do not answer then.
  static constexpr long start_beside_trouble = 10'000;

  /// A session that was closed may be seen for so long, since its backend ends by itself.
  static constexpr long grace = 500;
  /// … and for so long after its server was stopped or nothing came through to it: then backends
  /// learn what became of their clients, and those begin whose clients have given up.
  static constexpr long settle = 1'500;
  /// From a row that is gone to the last session in its database.
  static constexpr long leave = refresh + 2'000;
};

}  // namespace chaos::fleet
