#pragma once

#include <optional>
#include <string>

#include "bench/figures/report.hpp"
#include "bench/stage/stage.hpp"

namespace bench {

/// What the planner knows about the outbox when the relay starts.
enum class Statistics {
  fresh,  ///< VACUUM ANALYZE after the last INSERT.
  never,  ///< Nothing; autovacuum is kept away, or it would analyse.
  stale,  ///< Analysed with the first hundredth of the events in it; autovacuum is kept away.
};

/// What is put into the outbox before the clock starts, and who must see it.
struct Backlog {
  long events = 200'000;
  long keys = 20'000;
  long types = 1;            ///< Incident0, Incident1 … when more than one.
  long payload_bytes = 330;  ///< About; small ones compress, as JSON does, those over 2000 do not.
  Statistics statistics = Statistics::fresh;
  long dead_letters = 0;  ///< Besides the events, of keys of their own.
  int projections = 1;    ///< Each does the same upsert into a table of its own.
  bool guards = true;     ///< False: guard = "completion", no row in processed_events.

  /// All of it as text: equal texts, equal backlogs.
  [[nodiscard]] std::string text() const;
};

/// bench_effect, bench_state and, for more projections, bench_state_2 …: what projections and peers
/// write to.
void create_read_models(Session& session, int projections = 1);
/// Each INSERT into the outbox wakes relays that listen.
void wake_by_trigger(Session& session);
/// Inserts a backlog in one or two statements, as an application would have in many.
void publish(Session& session, const Backlog& backlog);

/// The upsert that every drain does, as [[projection]]s of a settings file.
[[nodiscard]] std::string state_projections(int projections = 1, bool guards = true);
/// The projection of a live run: one row per event, with the time when it was due.
[[nodiscard]] std::string effect_projection();

/// Work is a figure only when it was done: every event complete, every effect there once, every key
/// with its share, every dead letter where it was.
/// @throws std::runtime_error that says what is missing.
void verify_drained(Session& session, const Backlog& backlog, const std::string& completion);
/// That nothing but so many events is incomplete. @throws std::runtime_error
void verify_complete(Session& session, long but = 0);
/// @throws std::runtime_error "N what instead of M" unless they are equal.
void demand(double is, double wanted, const std::string& what);

/// The database's clock, in seconds since 1970.
[[nodiscard]] double now(Session& session);
/// When the last effect or completion committed, by the server's commit timestamps.
[[nodiscard]] double last_commit(Session& session);
/// Events per second after the first batch, whose own beginning nobody knows: by the commits of the
/// guard rows, or without guards of the completed events, and the end of it all. Nothing where
/// neither is left.
[[nodiscard]] std::optional<double> rate_after_first(Session& session, const Backlog& backlog,
                                                     double end);
/// Bytes of WAL that the server has written so far, all of its databases together.
[[nodiscard]] double wal_bytes(Session& session);
/// Pages the server has written whole into its log so far: each once after a checkpoint. A
/// backend's are counted when it ends, or a second later.
[[nodiscard]] double full_pages(Session& session);
/// Dead row versions in the outbox and beside it that wait for vacuum.
[[nodiscard]] double dead_rows(Session& session);

}  // namespace bench
