#include <gtest/gtest.h>

#include "projections/tx.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/hostile_rows.hpp"

// Rows as hostile as the columns of the outbox allow, in a database that was made hostile as well:
// whatever becomes of them, no lane stops, and each has an end that somebody can see.

namespace {

using namespace std::chrono_literals;
using relay::settings::Completion;
using tests::EngineRun;
using tests::eventually;
using tests::HostileRows;
using tests::TestDatabase;

/// How the database is against us; SQL that runs before anything is published.
struct Hostility {
  std::string name;
  Completion completion = Completion::update;
  std::string sql = {};
  std::string database = {};  ///< How it is created, if not as all others.
  std::size_t longest = 0;    ///< Of texts, where it is not what the columns say.
  bool seqs_by_hand = false;
  bool nothing_can_be_written = false;  ///< Of some events, not even that they failed.
  int since = 0;                        ///< The first PostgreSQL that has such databases.
  friend void PrintTo(const Hostility& against, std::ostream* out) { *out << against.name; }
};

const std::string on_some = "BEGIN IF left(OLD.id::text, 1) IN ('3', '7', 'f') THEN ";
const std::string trigger_on_outbox =
    "CREATE TRIGGER hostile BEFORE UPDATE OR DELETE ON event_publication FOR EACH ROW EXECUTE "
    "FUNCTION hostile()";

std::string hostile_function(const std::string& body) {
  return "CREATE FUNCTION hostile() RETURNS trigger LANGUAGE plpgsql AS $$ " + body + " $$;";
}

std::vector<Hostility> hostilities() {
  const std::string done = " END IF; RETURN coalesce(NEW, OLD); END";
  return {
      {.name = "SeqsByHand", .seqs_by_hand = true},
      {.name = "Delete", .completion = Completion::remove},
      {.name = "Archive", .completion = Completion::archive},
      {.name = "RaisesAtCompletion",
       .sql = hostile_function(on_some +
                               "IF NEW.completion_date IS NOT NULL THEN RAISE 'no'; "
                               "END IF;" +
                               done) +
              trigger_on_outbox},
      {.name = "SwallowsCompletion",
       .sql = hostile_function(on_some +
                               "IF NEW.completion_date IS NOT NULL THEN RETURN NULL; "
                               "END IF;" +
                               done) +
              trigger_on_outbox},
      {.name = "RaisesAtAnything",
       .sql = hostile_function(on_some + "RAISE 'hands off';" + done) + trigger_on_outbox,
       .nothing_can_be_written = true},
      {.name = "RefusesDeliveries",
       .sql = hostile_function("BEGIN IF left(NEW.event_id::text, 1) IN ('3', '7', 'f') THEN RAISE "
                               "'no delivery'; END IF; RETURN NEW; END") +
              "CREATE TRIGGER hostile BEFORE INSERT ON event_delivery FOR EACH ROW EXECUTE "
              "FUNCTION hostile()",
       .nothing_can_be_written = true},
      {.name = "ReferencedByAnother",
       .completion = Completion::remove,
       .sql = "CREATE TABLE other (id uuid REFERENCES event_publication (id));" +
              hostile_function("BEGIN IF left(NEW.id::text, 1) IN ('3', '7', 'f') THEN INSERT INTO "
                               "other VALUES (NEW.id); END IF; RETURN NULL; END") +
              "CREATE TRIGGER hostile AFTER INSERT ON event_publication FOR EACH ROW EXECUTE "
              "FUNCTION hostile()"},
      {.name = "RaisesAtTheCommit",
       .sql = hostile_function(on_some +
                               "IF NEW.completion_date IS NOT NULL THEN RAISE 'late'; "
                               "END IF;" +
                               done) +
              "CREATE CONSTRAINT TRIGGER hostile AFTER UPDATE ON event_publication DEFERRABLE "
              "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hostile()"},
      {.name = "ArchiveThatRefuses",
       .completion = Completion::archive,
       .sql = "ALTER TABLE event_publication_archive ADD CHECK (left(id::text, 1) NOT IN "
              "('3', '7', 'f'))"},
      {.name = "WiderThanTheArchive",
       .completion = Completion::archive,
       .sql = "ALTER TABLE event_publication ALTER event_type TYPE text, ALTER listener_id TYPE "
              "text, ALTER aggregate_type TYPE text, ALTER aggregate_id TYPE text",
       .longest = 3'000},
      {.name = "Latin1", .database = "ENCODING 'LATIN1' LOCALE 'C'"},
      {.name = "SqlAscii", .database = "ENCODING 'SQL_ASCII' LOCALE 'C'"},
      {.name = "CollatedByIcu",
       .database = "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-u-ks-level1' LOCALE 'C'",
       .since = 15},
  };
}

class HostileRowsIn : public ::testing::TestWithParam<Hostility> {
 protected:
  static constexpr int hostile = 150;
  static constexpr int good = 128;

  void publish(HostileRows& rows, pqxx::connection& session) {
    const auto row = rows.row(seen_);
    try {
      pqxx::work work{session};
      const auto back = projections::Tx{work}.exec(
          "INSERT INTO event_publication (id, seq, publication_date, event_type, "
          "serialized_event, listener_id, aggregate_type, aggregate_id, headers) VALUES "
          "(coalesce($1::uuid, gen_random_uuid()), "
          "coalesce($2::bigint, nextval('event_publication_seq_seq')), "
          "coalesce($3::timestamptz, clock_timestamp()), $4, $5, $6, $7, $8, $9::jsonb) "
          "RETURNING id",
          row.id, row.seq, row.publication_date, row.event_type, row.payload, row.listener_id,
          row.aggregate_type, row.aggregate_id, row.headers);
      work.commit();
      seen_.emplace_back(back[0][0].c_str());
    } catch (const pqxx::sql_error&) {
      ++refused_;  // by the table itself: nobody published it
    }
  }

  void publish_good(const TestDatabase& db, const std::string& prefix) {
    // Their ids begin with none of the figures that are refused.
    db.run(
        "INSERT INTO event_publication (id, event_type, serialized_event, aggregate_type, "
        "aggregate_id) "
        "SELECT overlay(gen_random_uuid()::text PLACING 'a' FROM 1 FOR 1)::uuid, 'Good', '{}', "
        "'good', '" +
        prefix + "' || n FROM generate_series(1, " + std::to_string(good) + ") n");
  }

  std::vector<std::string> seen_;
  int refused_ = 0;
};

// What is left of the hostile ones, and by no right: neither done, nor a dead letter, nor behind
// one of its key that is.
const std::string which =
    "SELECT string_agg(concat_ws(' ', p.id, p.seq, p.parked, (SELECT string_agg(concat_ws(' ', "
    "d.listener, d.state, d.place), ', ') FROM event_delivery d WHERE d.event_id = p.id)), '; ')";
const std::string without_an_end =
    " FROM event_publication p WHERE completion_date IS NULL AND NOT EXISTS "
    "(SELECT FROM event_delivery d WHERE d.event_id = p.id AND d.state IN ('dead', 'waiting')) "
    // addressed to nobody there is: it waits for whom it is meant
    "AND NOT EXISTS (SELECT FROM event_delivery d WHERE d.event_id = p.id AND NOT EXISTS "
    "(SELECT FROM event_listener l WHERE l.name = d.listener))";

TEST_P(HostileRowsIn, StopNoLaneAndEachHasAnEnd) {
  const Hostility& against = GetParam();
  if (const int major = tests::server_major(); major < against.since) {
    GTEST_SKIP() << "PostgreSQL " << major << " creates no database with " << against.database
                 << "; " << against.since << " does";
  }
  const TestDatabase db = TestDatabase::created(
      against.database.empty() ? "ENCODING 'UTF8' LOCALE 'C.UTF-8'" : against.database);
  db.run("CREATE TABLE effects (who text, event_id uuid, key text, seq bigint)");
  if (!against.sql.empty()) db.run(against.sql);
  EngineRun run{db};
  run.settings.relay.completion = against.completion;
  const std::string effect =
      "INSERT INTO effects (who, event_id, key, seq) SELECT '$', id, aggregate_id, seq FROM events "
      "ORDER BY seq";
  for (const bool detached : {false, true}) {
    const std::string name = detached ? "detached" : "attached";
    std::string sql = effect;
    run.registry.add({.name = name, .events = {"*"}, .detached = detached, .retry = {}},
                     projections::sql_projection({sql.replace(sql.find('$'), 1, name)}));
  }
  run.add_forward("forwarded", {"Good"});
  const auto engine = run.start();
  pqxx::connection session{db.url()};
  const char* given = std::getenv("FRESHET_HOSTILE_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : 1;
  const bool ascii = db.value("SHOW server_encoding") != "UTF8";
  HostileRows rows{seed, ascii, against.longest, against.seqs_by_hand};
  for (int at = 0; at < hostile; ++at) {
    publish(rows, session);
    if (at == hostile / 2) publish_good(db, "amid");
  }
  publish_good(db, "after");
  const auto all_good = [&] {
    return db.number("SELECT count(DISTINCT (who, key)) FROM effects WHERE key ~ '^(amid|after)'");
  };
  EXPECT_TRUE(eventually([&] { return all_good() == 4L * good; }, 60s))
      << all_good() << " of " << 4 * good << " after seed " << seed << "; " << engine->sentence();
  EXPECT_TRUE(eventually([&] { return run.sink->kept("t.good").size() == 2UL * good; }))
      << run.sink->kept("t.good").size();
  EXPECT_LT(refused_, hostile / 2) << "else little was published";
  publish_good(db, "late");  // every lane goes on
  EXPECT_TRUE(eventually([&] {
    return db.number("SELECT count(*) FROM effects WHERE key LIKE 'late%'") == 2L * good;
  }));
  engine->request_stop();
  EXPECT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
  if (!against.nothing_can_be_written) {
    EXPECT_TRUE(run.drain());  // which looks below the floors, too
    EXPECT_EQ(db.number("SELECT count(*)" + without_an_end), 0)
        << db.value(which + without_an_end) << " after seed " << seed;
  }
  EXPECT_EQ(db.number("SELECT count(*) FROM (SELECT FROM effects GROUP BY who, event_id, key "
                      "HAVING count(*) > 1 AND key ~ '^(amid|after|late)') twice"),
            0);
}

INSTANTIATE_TEST_SUITE_P(Database, HostileRowsIn, ::testing::ValuesIn(hostilities()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
