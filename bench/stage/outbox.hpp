#pragma once

#include <string>

#include "bench/figures/report.hpp"
#include "bench/stage/stage.hpp"

namespace bench {

/// What is put into the outbox before the clock starts.
struct Backlog {
  long events = 200'000;
  long keys = 20'000;
  long types = 1;         ///< Incident1 … when more than one; else IncidentStateChanged.
  long note_bytes = 120;  ///< Of a payload of about 210 more.
  bool analyse = true;    ///< VACUUM ANALYZE afterwards.
};

/// bench_state and bench_effect, which projections and peers write to.
void create_read_models(Session& session);
/// Inserts a backlog in one statement, as an application would have in many.
void publish(Session& session, const Backlog& backlog);

/// The upsert that every drain does, as the [[projection]] of a settings file.
[[nodiscard]] std::string state_projection();
/// The projection of a live run: one row per event, with the time when it was due.
[[nodiscard]] std::string effect_projection();

/// Work is a figure only when it was done: every event complete, every effect there once, every key
/// with its share. @throws std::runtime_error that says what is missing.
void verify_drained(Session& session, const Backlog& backlog, const std::string& completion);

/// The database's clock, in seconds since 1970.
[[nodiscard]] double now(Session& session);
/// When the last effect or completion committed, by the server's commit timestamps.
[[nodiscard]] double last_commit(Session& session);
/// When the first guard row committed, and the first effects with it.
[[nodiscard]] double first_commit(Session& session);
/// Bytes of WAL that the server has written so far, all of its databases together.
[[nodiscard]] double wal_bytes(Session& session);
/// Dead row versions in the outbox and beside it that wait for vacuum.
[[nodiscard]] double dead_rows(Session& session);

}  // namespace bench
