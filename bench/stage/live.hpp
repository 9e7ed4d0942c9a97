#pragma once

#include <string>

#include "bench/figures/report.hpp"
#include "bench/stage/relay.hpp"
#include "bench/stage/writer.hpp"

namespace bench {

/// A relay under an open-loop load.
struct Live {
  std::string binary;
  RelaySettings relay;  ///< Empty listeners: effect_projection().
  double rate = 500;
  double seconds = 10;
  double warm_up_s = 1;  ///< Events due in the first second are written, but are no figures.
};

/// Lag of each event from when it was due to the commit of its effect and completion, by the
/// server's commit timestamps; how far behind the relay was when the writer ended, and whether each
/// event took effect once. @throws std::runtime_error when one did not.
[[nodiscard]] Measures run_live(Stage& stage, const Live& live);

/// Starts nothing: waits until the listeners are registered, so that the relay is at work.
/// @throws std::runtime_error when it is not within 20 s.
void await_start(Session& session, Relay& relay);

/// Percentiles of lag over bench_effect, of events due later than `from` (seconds since 1970).
[[nodiscard]] Measures lag_percentiles(Session& session, double from);

/// Waits until bench_effect has so many rows. @throws std::runtime_error when that takes longer.
void await_effects(Session& session, long events, std::chrono::seconds time);

/// Each due time once. @throws std::runtime_error when an effect is missing or there twice.
void verify_effects(Session& session, long events);

}  // namespace bench
