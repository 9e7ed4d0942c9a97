#include "relay/settings/table.hpp"

#include "relay/settings/row_kinds.hpp"

namespace relay::settings {
namespace {

OneOf<Relay> log_format() {
  return {{"text", "json"},
          [](Relay& relay, std::size_t i) { relay.log_format = i == 0 ? "text" : "json"; },
          [](const Relay& relay) { return std::size_t{relay.log_format == "json"}; }};
}

constexpr const char* levels[] = {"debug", "info", "warn", "error"};

OneOf<Relay> log_level() {
  return {{std::begin(levels), std::end(levels)},
          [](Relay& relay, std::size_t i) { relay.log_level = levels[i]; },
          [](const Relay& relay) {
            std::size_t i = 0;
            while (relay.log_level != levels[i]) ++i;
            return i;
          }};
}

std::vector<Row<Relay>> working_rows() {
  using R = Relay;
  return {
      {"workers", integer<R, &R::workers>(1, 64), "Threads, each with a connection, per database."},
      {"batch_size", integer<R, &R::batch_size>(1, 10'000), "Events in one transaction, at most."},
      {"completion", one_of<R, &R::completion>({"update", "delete", "archive"}),
       "What becomes of an event when every listener is done with it: its `completion_date` is "
       "set, "
       "it is deleted, or it moves to `event_publication_archive`. One for all relays of a "
       "database."},
      {"ordering", one_of<R, &R::ordering>({"key", "none"}),
       "`key`: the events of one aggregate take effect in `seq` order; `none`: in any. One for all "
       "relays of a database."},
      {"synchronous_commit", Flag<R>{&R::synchronous_commit},
       "`false`: a commit does not wait for the disk (the server's `synchronous_commit = off`, for "
       "our transactions, never for those with a forward in them). A crash of the server may take "
       "back the last moments' effects, which readers had seen, together with their completions: "
       "they are applied again. Only for projections that write nowhere but in this database."},
      {"poll_min_ms", duration<R, &R::poll_min>(1, 1'000),
       "The shortest pause between two looks for new events, while they come. A longer one makes "
       "larger batches, which take less of the server per event, and each event waits longer."},
      {"poll_max_ms", duration<R, &R::poll_max>(1, 60'000),
       "The longest pause between two looks for new events, when idle."},
      {"drain_s", duration<R, &R::drain>(1, 3'600),
       "What SIGTERM leaves to finish or roll back. The process ends three seconds later at most; "
       "let your supervisor wait longer than that."},
  };
}

std::vector<Row<Relay>> limit_rows() {
  using R = Relay;
  return {
      {"payload_max_bytes", integer<R, &R::payload_max_bytes>(1, 1'000'000'000),
       "An event with a larger payload is a dead letter."},
      {"batch_max_bytes", integer<R, &R::batch_max_bytes>(1, 1'000'000'000),
       "Bytes of payloads and headers in one transaction; a single event always fits."},
      {"statement_timeout_ms", duration<R, &R::statement_timeout>(100, 3'600'000),
       "How long one statement may run. The client waits 120 % of it for an answer, a transaction "
       "may be idle for 150 %, which must not be longer than `drain_s`.",
       false, "10000, or 40 % of `drain_s` where that is shorter"},
      {"handler_timeout_ms", duration<R, &R::handler_timeout>(50, 3'600'000),
       "How long a listener may take over a batch; then its work is rolled back and counted as a "
       "failure. Shorter than `statement_timeout_ms`.",
       false, "5000, or half of `statement_timeout_ms` where that is shorter"},
      {"stuck_exit_s", duration<R, &R::stuck_exit>(1, 86'400),
       "How long a handler may ignore its time-out before the process ends with status 1, for its "
       "supervisor to start it again."},
      {"lock_timeout_ms", duration<R, &R::lock_timeout>(10, 3'600'000),
       "How long a statement may wait for a lock, which is never counted as a failure; shorter "
       "than "
       "`handler_timeout_ms`.",
       false, "2000, or 40 % of `handler_timeout_ms` where that is shorter"},
      {"pinned_after_s", duration<R, &R::pinned_after>(1, 86'400),
       "`freshet status` names who has kept vacuum from removing dead rows for longer."},
      {"flight_record_dir", Text<R>{&R::flight_record_dir, Shape::any},
       "A folder for the files that name what is in a listener's hands, so that an event that "
       "kills "
       "the process is found out at the next start.",
       false, "`$XDG_STATE_HOME/freshet`, `~/.local/state/freshet`, or a temporary folder"},
      {"instance", Text<R>{&R::instance, Shape::any},
       "What this relay calls itself in `projection_freshness` and in logs.", false,
       "host name and process id"},
      {"log_format", log_format(), "`text` for people, `json` for machines."},
      {"log_level", log_level(), "The least level that is logged."},
  };
}

}  // namespace

const std::vector<Row<Relay>>& relay_rows() {
  static const std::vector<Row<Relay>> rows = [] {
    std::vector<Row<Relay>> all = working_rows();
    for (Row<Relay>& row : limit_rows()) all.push_back(std::move(row));
    return all;
  }();
  return rows;
}

const std::vector<Row<Database>>& database_rows() {
  using D = Database;
  static const std::vector<Row<D>> rows = {
      {"name", Text<D>{&D::name, Shape::name}, "What the database is called in messages; unique.",
       true},
      {"url", Text<D>{&D::url, Shape::secret},
       "libpq URI or keywords, for example `postgresql://relay:${DB_PASSWORD}@db/app`. Never "
       "shown.",
       true},
      {"direct_url", Text<D>{&D::direct_url, Shape::secret},
       "The same database past a pooler, for `migrate` and LISTEN. Never shown.", false, "`url`"},
      {"listen", Flag<D>{&D::listen},
       "Be woken by `NOTIFY freshet` besides polling; takes one direct connection."},
      {"retention", Inner<D>{"[retention]"},
       "`[database.retention]` behind it: what this database keeps for another time."},
  };
  return rows;
}

const std::vector<Row<Projection>>& projection_rows() {
  using P = Projection;
  static const std::vector<Row<P>> rows = {
      {"name", Text<P>{&P::name, Shape::name},
       "The projection's identity, stored with everything it has applied; another name is another "
       "projection. Unique.",
       true},
      {"events", Texts<P>{&P::events, false, 512},
       "Event types it wants; `*` stands for any run of characters.", true},
      {"sql", Texts<P>{&P::sql, true, 0},
       "One statement or a list of them, run in order, each over the batch as the table `events`.",
       true},
      {"guard", Text<P>{&P::guard, Shape::any},
       "A business key such as `incident:${aggregate_id}` that may take effect once. `completion`: "
       "no "
       "row in `processed_events`; the completion, which commits with the effect, makes it happen "
       "once, until somebody makes a completed event pending again by hand.",
       false, "the event's id"},
      {"on_dead", one_of<P, &P::on_dead>({"block", "skip"}),
       "What later events of a key do behind a dead letter: `block`: they wait until it is retried "
       "or discarded; `skip`: they go on without it."},
      {"retry_s", Pauses<P>{&P::retry, 86'400, 50},
       "Pauses between the tries of an event that fails, in seconds, each varied by 10 % either "
       "way; after the last one it is a dead letter. `[]`: at the first failure.",
       false, "`[2, 4, 8, 16, 32]`"},
      {"detached", Flag<P>{&P::detached},
       "Never share a transaction or a worker with other projections: for one that is slow."},
      {"green_ms", integer<P, &P::green_ms>(1, 86'400'000), "The badge is GREEN below this lag."},
      {"yellow_ms", integer<P, &P::yellow_ms>(1, 86'400'000),
       "The badge is YELLOW to this lag, and RED above."},
  };
  return rows;
}

}  // namespace relay::settings
