// The help desk on a real incident log: whatever the number of workers and relays, the batch size,
// the completion mode, the pooler, and however often the relay is killed, the read models hold what
// plain SQL computes from the log, and each incident's events took effect once and in order.

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/incident_log.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/pgbouncer.hpp"
#include "tests/support/relay_config.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FRESHET_SANITIZED 1
#endif

namespace {

using tests::IncidentLog;
using tests::PgBouncer;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

#ifdef FRESHET_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
constexpr int whole_log = sanitized ? 1'500 : 1'000'000;
constexpr int part_of_log = 1'500;
// Small enough that every kill finds work to interrupt.
constexpr int killed_batch = sanitized ? 2 : 7;
constexpr long listeners = 4;

enum class Course { drained, shared_by_two, killed };

struct Cell {
  int workers = 1;
  std::string completion;
  int batch_size = 500;
  Course course = Course::drained;
  bool pooled = false;
  int rows = whole_log;
};

std::string name_of(const testing::TestParamInfo<Cell>& info) {
  const Cell& cell = info.param;
  std::string name = cell.course == Course::killed          ? "KilledFiveTimes"
                     : cell.course == Course::shared_by_two ? "TwoRelays"
                                                            : "Drained";
  if (cell.pooled) name += "ThroughPgBouncer";
  return name + "_Workers" + std::to_string(cell.workers) + "_" + cell.completion + "_Batch" +
         std::to_string(cell.batch_size);
}

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << name_of({cell, 0});
}

std::vector<Cell> cells() {
  std::vector<Cell> all{
      {1, "delete", 7, Course::drained, false, whole_log},
      {4, "archive", 7, Course::drained, false, whole_log},
      {2, "update", 1, Course::drained, false, part_of_log},
      {4, "delete", 1, Course::drained, false, part_of_log},
      {2, "update", 50, Course::shared_by_two, false, whole_log},
      {4, "archive", 500, Course::drained, true, whole_log},
      {2, "delete", 7, Course::shared_by_two, true, whole_log},
      {2, "update", killed_batch, Course::killed, false, whole_log},
      {1, "delete", killed_batch, Course::killed, false, whole_log},
      {4, "archive", killed_batch, Course::killed, true, whole_log},
  };
  for (const int workers : sanitized ? std::vector{4} : std::vector{1, 2, 4}) {
    for (const char* completion : {"update", "delete", "archive"}) {
      all.push_back({workers, completion, 500, Course::drained, false, whole_log});
    }
  }
  return all;
}

class IncidentLogRun : public testing::TestWithParam<Cell> {
 protected:
  void SetUp() override {
    if (const auto why = IncidentLog::missing()) GTEST_SKIP() << *why;
    if (GetParam().pooled && !PgBouncer::available()) GTEST_SKIP() << "pgbouncer is not installed";
    const Cell& cell = GetParam();
    std::ifstream tables{tests::source_dir() + "/config/helpdesk.sql"};
    db_.run({std::istreambuf_iterator<char>{tables}, {}});
    db_.run("CREATE TABLE effects (pos bigserial, event_id uuid, key text, seq bigint)");
    log_ = std::make_unique<IncidentLog>(db_, cell.rows);

    config_.relay["workers"] = std::to_string(cell.workers);
    config_.relay["batch_size"] = std::to_string(cell.batch_size);
    config_.relay["completion"] = "\"" + cell.completion + "\"";
    config_.add_from(tests::source_dir() + "/config/helpdesk.toml");
    config_.add("effects", "Incident*",
                "INSERT INTO effects (event_id, key, seq) "
                "SELECT id, aggregate_id, seq FROM events ORDER BY seq");
    const tests::Ended migrated = config_.run({"migrate"});
    ASSERT_EQ(migrated.code, 0) << migrated.err;
    if (cell.pooled) {
      pooler_ = std::make_unique<PgBouncer>(db_.name());
      config_.url = pooler_->url();
    }
  }

  [[nodiscard]] long effects() const { return db_.number("SELECT count(*) FROM effects"); }
  [[nodiscard]] std::unique_ptr<Process> start() const {
    return std::make_unique<Process>(config_.command({"run"}));
  }
  void drain() const {
    const tests::Ended drained = config_.run({"run", "--drain"});
    EXPECT_EQ(drained.code, 0) << drained.err;
  }
  void kill_on_the_way(int times) const {
    log_->publish();
    for (int nth = 1; nth <= times; ++nth) {
      const auto relay = start();
      ASSERT_TRUE(tests::eventually([&] {
        return effects() >= nth * log_->events() / (times + 1);
      })) << relay->err();
      relay->signal(SIGKILL);
      ASSERT_EQ(relay->wait(), 128 + SIGKILL);
    }
    EXPECT_LT(effects(), log_->events()) << "nothing was left for the last kill to interrupt";
    drain();
  }
  // Both are at work when the events come, and awake before either could take them all.
  void share() {
    config_.relay["poll_max_ms"] = "10";
    const std::unique_ptr<Process> relays[] = {start(), start()};
    ASSERT_TRUE(tests::eventually([&] { return running_relays() == 2; }));
    log_->publish();
    EXPECT_TRUE(tests::eventually([&] { return effects() == log_->events(); }));
    for (const auto& relay : relays) relay->signal(SIGTERM);
    for (const auto& relay : relays) EXPECT_EQ(relay->wait(), 0) << relay->err();
    EXPECT_EQ(db_.number("SELECT count(DISTINCT instance) FROM projection_freshness "
                         "WHERE applied_total > 0"),
              2);
    drain();
  }
  [[nodiscard]] long running_relays() const {
    return db_.number("SELECT count(DISTINCT instance) FROM projection_freshness");
  }

  void expect_completed() const {
    const std::string& mode = GetParam().completion;
    const long events = log_->events();
    EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), mode == "update" ? events : 0);
    EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"),
              0);
    EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication_archive JOIN log "
                         "  ON id = event_id WHERE completion_date IS NOT NULL"),
              mode == "archive" ? events : 0);
    EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), events * listeners);
    EXPECT_EQ(db_.number("SELECT count(*) FROM (SELECT l || ':' || event_id FROM log, unnest('{"
                         "incident_board,open_by_group,time_in_state,effects}'::text[]) AS l "
                         "EXCEPT SELECT idempotency_key FROM processed_events) AS unguarded"),
              0);
    EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery"), 0);
  }

  TestDatabase db_;
  RelayConfig config_{db_.url()};
  std::unique_ptr<IncidentLog> log_;
  std::unique_ptr<PgBouncer> pooler_;
};

TEST_P(IncidentLogRun, EndsWithWhatPlainSqlComputesAndEachEffectOnceInOrder) {
  switch (GetParam().course) {
    case Course::killed: kill_on_the_way(5); break;
    case Course::shared_by_two: share(); break;
    case Course::drained:
      log_->publish();
      drain();
      break;
  }
  ASSERT_FALSE(HasFatalFailure());
  const std::string differences = log_->differences() + log_->effect_differences();
  EXPECT_TRUE(differences.empty()) << differences;
  expect_completed();
}

INSTANTIATE_TEST_SUITE_P(HelpDesk, IncidentLogRun, testing::ValuesIn(cells()), name_of);

}  // namespace
