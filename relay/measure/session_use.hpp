#pragma once

#include "relay/base/lag_histogram.hpp"

namespace relay::measure {

/// What a relay has of sessions in one database, and how long its work waited for them.
struct SessionUse {
  int sessions = 0;      ///< In this database,
  int most = 0;          ///< of so many.
  int process = 0;       ///< In all databases of the process,
  int process_most = 0;  ///< of so many.
  int waiting = 0;       ///< Tasks that have waited for longer than they should.
  LagCounts acquiring;   ///< Since the last time: waits for a thread and a session,
  LagCounts running;     ///< and turns with one.
};

}  // namespace relay::measure
