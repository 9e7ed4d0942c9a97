#pragma once

#include <vector>

#include "relay/settings/row_kinds.hpp"

namespace relay::settings {

/// The settings that `[relay]` has for all databases and `[[database]]` for one. @tparam S one of
/// them.
template <class S>
std::vector<Row<S>> work_rows() {
  return {
      {"batch_size", integer<S, &S::batch_size>(1, 10'000), "Events in one transaction, at most."},
      {"completion", one_of<S, &S::completion>({"update", "delete", "archive"}),
       "What becomes of an event when every listener is done with it: its `completion_date` is "
       "set, it is deleted, or it moves to `event_publication_archive`. One for all relays of a "
       "database."},
      {"ordering", one_of<S, &S::ordering>({"key", "none"}),
       "`key`: the events of one aggregate take effect in `seq` order; `none`: in any. One for all "
       "relays of a database."},
      {"synchronous_commit", Flag<S>{&S::synchronous_commit},
       "`false`: a commit does not wait for the disk (the server's `synchronous_commit = off`, for "
       "our transactions, never for those with a forward in them). A crash of the server may take "
       "back the last moments' effects, which readers had seen, together with their completions: "
       "they are applied again. Only for projections that write nowhere but in this database."},
      {"poll_min_ms", duration<S, &S::poll_min>(1, 1'000),
       "The shortest pause between two looks for new events, while they come. A longer one makes "
       "larger batches, which take less of the server per event, and each event waits longer."},
      {"poll_max_ms", duration<S, &S::poll_max>(1, 60'000),
       "The longest pause between two looks for new events, when idle."},
      {"payload_max_bytes", integer<S, &S::payload_max_bytes>(1, 1'000'000'000),
       "An event with a larger payload is a dead letter."},
      {"batch_max_bytes", integer<S, &S::batch_max_bytes>(1, 1'000'000'000),
       "Bytes of payloads and headers in one transaction; a single event always fits."},
      {"statement_timeout_ms", duration<S, &S::statement_timeout>(100, 3'600'000),
       "How long one statement may run. The client waits 120 % of it for an answer, a transaction "
       "may be idle for 150 %, which must not be longer than `drain_s`.",
       false, "10000, or 40 % of `drain_s` where that is shorter"},
      {"handler_timeout_ms", duration<S, &S::handler_timeout>(50, 3'600'000),
       "How long a listener may take over a batch; then its work is rolled back and counted as a "
       "failure. Shorter than `statement_timeout_ms`.",
       false, "5000, or half of `statement_timeout_ms` where that is shorter"},
      {"lock_timeout_ms", duration<S, &S::lock_timeout>(10, 3'600'000),
       "How long a statement may wait for a lock, which is never counted as a failure; shorter "
       "than `handler_timeout_ms`.",
       false, "2000, or 40 % of `handler_timeout_ms` where that is shorter"},
      {"stuck_exit_s", duration<S, &S::stuck_exit>(1, 86'400),
       "How long a handler may ignore its time-out before the process ends with status 1, for its "
       "supervisor to start it again."},
      {"connect_timeout_ms", duration<S, &S::connect_timeout>(2'000, 600'000),
       "How long connecting to one host may take, where the url has no `connect_timeout`; libpq "
       "counts whole seconds, so it is rounded up to one."},
      {"acquire_timeout_ms", duration<S, &S::acquire_timeout>(10, 3'600'000),
       "How long work may wait for a session before the log and `freshet status` say so."},
      {"idle_timeout_s", duration<S, &S::idle_timeout>(1, 86'400),
       "How long a session may rest before it is closed."},
      {"breaker_failures", integer<S, &S::breaker_failures>(1, 1'000),
       "After so many lost or refused connections in a row the database is left alone for a while; "
       "so it is when half of the calls of the last 30 s failed, at ten calls and more."},
      {"breaker_pause_ms", duration<S, &S::breaker_pause>(1'000, 3'600'000),
       "How long it is left alone at most; the first time it is a second, and twice as long each "
       "time."},
      {"pinned_after_s", duration<S, &S::pinned_after>(1, 86'400),
       "`freshet status` names who has kept vacuum from removing dead rows for longer."},
      {"slow_query_ms", duration<S, &S::slow_query>(0, 3'600'000),
       "A statement of the relay's own that takes longer is logged as a warning, by its name; 0: "
       "none is. Of one statement a line in ten seconds."},
  };
}

}  // namespace relay::settings
