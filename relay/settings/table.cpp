#include "relay/settings/table.hpp"

#include "relay/settings/row_kinds.hpp"
#include "relay/settings/work_rows.hpp"

namespace relay::settings {
namespace {

OneOf<Relay> log_format() {
  return {{"text", "json"},
          [](Relay& relay, std::size_t i) { relay.log_format = i == 0 ? "text" : "json"; },
          [](const Relay& relay) { return std::size_t{relay.log_format == "json"}; }};
}

template <class Section>
std::vector<Row<Section>> joined(std::vector<Row<Section>> rows, std::vector<Row<Section>> more) {
  for (Row<Section>& row : more) rows.push_back(std::move(row));
  return rows;
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

}  // namespace

const std::vector<Row<Relay>>& process_rows() {
  using R = Relay;
  static const std::vector<Row<R>> rows = {
      {"workers", integer<R, &R::workers>(1, 64),
       "Batches of new events that are worked on at once, of all databases together; a batch that "
       "takes longer than 20 ms lets another in. At most so many of one database."},
      {"connections", integer<R, &R::connections>(3, 10'000),
       "Sessions of the process, of all databases and purposes together, never more. A session "
       "that "
       "rests is closed when another database needs its place."},
      {"sleep_after_s", duration<R, &R::sleep_after>(1, 86'400),
       "Where there are more databases than `connections`, one that has had nothing to do for so "
       "long sleeps: it keeps no session, and one session per server watches for inserts each "
       "second. Not with `listen`."},
      {"sleep_look_s", duration<R, &R::sleep_look>(1, 86'400),
       "How often one that sleeps is looked at all the same. A process that was killed while one "
       "slept counts as present there for four times as long and half a minute."},
      {"drain_s", duration<R, &R::drain>(1, 3'600),
       "What SIGTERM leaves to finish or roll back. The process ends three seconds later at most; "
       "let your supervisor wait longer than that."},
      {"flight_record_dir", Text<R>{&R::flight_record_dir, Shape::any},
       "A folder for the files that name what is in a listener's hands, so that an event that "
       "kills the process is found out at the next start.",
       false, "`$XDG_STATE_HOME/freshet`, `~/.local/state/freshet`, or a temporary folder"},
      {"instance", Text<R>{&R::instance, Shape::any},
       "What this relay calls itself in `projection_freshness` and in logs.", false,
       "host name and process id"},
      {"log_format", log_format(), "`text` for people, `json` for machines."},
      {"log_level", log_level(), "The least level that is logged."},
  };
  return rows;
}

const std::vector<Row<Relay>>& relay_rows() {
  static const auto rows = joined(process_rows(), work_rows<Relay>());
  return rows;
}

const std::vector<Row<Database>>& own_database_rows() {
  using D = Database;
  static const std::vector<Row<D>> rows = {
      {"name", Text<D>{&D::name, Shape::name},
       "What the database is called in messages; unique. A letter or `_`, then letters, digits, "
       "`_`, "
       "`.` and `-`; 64 at most.",
       true},
      {"url", Text<D>{&D::url, Shape::secret},
       "libpq URI or keywords, for example `postgresql://relay:${DB_PASSWORD}@db/app`. Never "
       "shown.",
       true},
      {"direct_url", Text<D>{&D::direct_url, Shape::secret},
       "The same outbox past a pooler, for `migrate` and LISTEN. Never shown.", false, "`url`"},
      {"schema", Text<D>{&D::schema, Shape::any},
       "The schema in which the outbox and Freshet's own tables are. Names that say no schema are "
       "looked up there first, then in `public`, also in projections. Together with the database "
       "it says which outbox this is; no two `[[database]]` may lead to one.",
       false, "where the role's `search_path` leads"},
      {"listen", Flag<D>{&D::listen},
       "Be woken by `NOTIFY freshet` besides polling; takes one direct connection."},
      {"connections", integer<D, &D::connections>(2, 10'000),
       "Sessions of the process's budget that it may have at most; not more than those of "
       "`[relay]`.",
       false, "`connections` of `[relay]`"},
      {"connections_min", integer<D, &D::connections_min>(0, 10'000),
       "Sessions of the budget that are reserved for it; not more than its `connections`, and "
       "those of "
       "all databases together less than those of `[relay]`."},
      {"projections", Texts<D>{&D::projections, false, 512},
       "Which projections and forwards run here, by name; `*` stands for any run of characters.",
       false, "`[\"*\"]`"},
      {"retention", Inner<D>{"[retention]"},
       "`[database.retention]` behind it: what this database keeps for another time."},
  };
  return rows;
}

const std::vector<Row<Database>>& database_rows() {
  static const auto rows = joined(own_database_rows(), work_rows<Database>());
  return rows;
}

const std::vector<Row<Catalogue>>& catalogue_rows() {
  using C = Catalogue;
  static const std::vector<Row<C>> rows = {
      {"url", Text<C>{&C::url, Shape::secret},
       "Where the catalogue is asked, which a standby may be; libpq URI or keywords. Never shown.",
       true},
      {"query", Text<C>{&C::query, Shape::secret},
       "One SELECT that has a row for each database: `name`, `url`, and any other setting of "
       "`[[database]]` as a column of its name (`retention_completed_days` of its retention); NULL "
       "says nothing. One statement that begins with SELECT, WITH, VALUES or TABLE; read only, "
       "five "
       "seconds and 10,000 rows at most. Never shown.",
       true},
      {"refresh_s", duration<C, &C::refresh>(1, 86'400),
       "How often a running relay asks it again."},
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
       "once, unless a completed event is made pending again by hand.",
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
