#pragma once

#include <memory>
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
  int events_per_transaction = 1;
  double seconds = 10;
  bool all_complete = true;  ///< False: a listener is slow on purpose, and what it is owed is left.
  double warm_up_s = 1;      ///< Events due in the first second are written, but are no figures.
};

/// Lag of each event from when it was due to the commit of its effect and completion, by the
/// server's commit timestamps; how far behind the relay was when the writer ended, and whether each
/// event took effect once. @throws std::runtime_error when one did not.
[[nodiscard]] Measures run_live(Stage& stage, const Live& live);

/// Starts nothing: waits until the listeners are registered, so that the relay is at work.
/// @throws std::runtime_error when it is not within 20 s.
void await_start(Session& session, Relay& relay);

/// A database with the outbox and the read models, empty.
[[nodiscard]] std::unique_ptr<Database> live_database(Stage& stage, const Live& live);

/// Lags of events due in [from, to), in seconds since 1970, over bench_effect: p95, p50, p99, p99.9
/// and max, in ms. @throws std::runtime_error when no event was due then.
[[nodiscard]] Measures lag_percentiles(Session& session, double from, double to = 1e11);
/// Their p95 alone, under a name. @throws std::runtime_error as above.
[[nodiscard]] Measure lag_p95(Session& session, const std::string& name, double from, double to);

/// Waits until bench_effect has so many rows. @throws std::runtime_error when that takes longer.
void await_effects(Session& session, long events, std::chrono::seconds time);

/// Each due time once. @throws std::runtime_error when an effect is missing or there twice.
void verify_effects(Session& session, long events);

}  // namespace bench
