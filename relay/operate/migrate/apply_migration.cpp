#include "relay/operate/migrate/apply_migration.hpp"

#include <algorithm>
#include <string>

#include "relay/operate/migrate/migration_mode.hpp"
#include "relay/operate/migrate/pause.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using Clock = std::chrono::steady_clock;

// One run of one migration: what every step of it needs.
struct Run {
  pg::Connection& direct;
  const schema::Migration& migration;
  const MigrateProgress& progress;
  const MigrateOptions& options;

  [[nodiscard]] std::string file() const { return std::string{migration.file}; }
  // Not every encoding of a database has the letters of our comments, and nothing else has any.
  [[nodiscard]] std::string sql() const {
    std::string text{migration.sql};
    std::ranges::replace_if(
        text, [](char letter) { return (letter & 0x80) != 0; }, '?');
    return text;
  }
  void say(const std::string& text, long done = 0, long total = 0) const {
    progress(migration.file, text, done, total);
  }
  // A pooler that moves the session to another server connection leaves the lock behind.
  void require_lock() const {
    if (direct.exec(sql::migrate_lock_held)[0][0].as<bool>()) return;
    throw MigrateError{
        "The lock against a second migrate is gone: this connection seems to go "
        "through a pooler. Give freshet migrate a direct connection to the server."};
  }
  void note_start() const {
    direct.exec(sql::schema_history_start, migration.version, file(), std::string{migration.sha256},
                std::string{FRESHET_VERSION});
  }
  void note_end() const { direct.exec(sql::schema_history_finish, migration.version); }
};

std::string holders(pg::Connection& direct) {
  std::string text;
  for (const auto& row : direct.exec(sql::migrate_holders)) {
    text += (text.empty() ? "" : "; ") + std::string{row[0].c_str()};
  }
  return text.empty() ? "nobody any more" : text;
}

bool worth_another_try(const projections::Failure& failure) {
  return failure.kind == projections::FailureKind::conflict;
}

// Tries until it succeeds, within the time for one step. Between two tries writers get their turn.
template <class Try>
void with_retries(const Run& run, const Try& once) {
  const auto deadline = Clock::now() + run.options.retry_for;
  constexpr int tries_per_message = 20;
  for (int tries = 1;; ++tries) {
    try {
      return once();
    } catch (const pqxx::failure&) {
      if (!worth_another_try(projections::current_failure())) throw;
    }
    if (!run.direct.rollback()) throw MigrateError{run.file() + ": the connection was lost."};
    const bool over = Clock::now() >= deadline;
    if (over || tries % tries_per_message == 1) {
      const std::string who = holders(run.direct);
      if (over) {
        throw MigrateError{run.file() + " got no lock on its table in " + std::to_string(tries) +
                           " short tries. It is held by " + who +
                           ". End that transaction or wait for a quieter time, and run freshet "
                           "migrate again: it goes on from here."};
      }
      run.say("waiting for a lock held by " + who);
    }
    pause(run.options);
  }
}

// A transaction with short lock waits around `work`.
template <class Work>
void in_transaction(const Run& run, bool retry, const Work& work) {
  const auto once = [&] {
    run.direct.exec(sql::begin);
    run.direct.exec(sql::migrate_limits);
    work();
    run.direct.exec("COMMIT");
  };
  if (retry) {
    with_retries(run, once);
  } else {
    once();
  }
}

void apply_at_once(const Run& run, const MigrationMode& mode) {
  in_transaction(run, mode.retry, [&] {
    run.note_start();
    run.direct.exec(run.sql());
    run.note_end();
  });
}

void apply_in_batches(const Run& run, const MigrationMode& mode) {
  run.note_start();
  for (bool more = true; more;) {
    run.require_lock();
    long done = 0;
    long total = 0;
    in_transaction(run, mode.retry, [&] {
      const pqxx::result rows = run.direct.exec(run.sql());
      more = !rows.empty();
      if (more) {
        done = rows[0][0].as<long>();
        total = rows[0][1].as<long>();
      }
    });
    if (more) run.say("rows", done, total);
  }
  run.note_end();
}

void apply_outside(const Run& run, const MigrationMode& mode) {
  run.note_start();
  if (!mode.builds_index.empty()) {
    for (const auto& row : run.direct.exec(sql::migrate_invalid_index, mode.builds_index)) {
      run.say("dropping what a failed try left of " + mode.builds_index);
      run.direct.exec("DROP INDEX CONCURRENTLY " + std::string{row[0].c_str()});
    }
    run.say("building " + mode.builds_index + ", once every older transaction has ended");
  }
  run.direct.exec(run.sql());
  run.note_end();
}

MigrationMode mode_of(const schema::Migration& migration) {
  try {
    return migration_mode(migration.sql);
  } catch (const std::invalid_argument& error) {
    throw MigrateError{std::string{migration.file} + ": " + error.what() + "."};
  }
}

}  // namespace

void apply_migration(pg::Connection& direct, const schema::Migration& migration,
                     const MigrateProgress& progress, const MigrateOptions& options) {
  const Run run{direct, migration, progress, options};
  const MigrationMode mode = mode_of(migration);
  try {
    run.require_lock();
    run.say("applying");
    if (mode.outside) return apply_outside(run, mode);
    if (mode.repeat) return apply_in_batches(run, mode);
    apply_at_once(run, mode);
  } catch (const pqxx::broken_connection&) {
    throw;
  } catch (const pqxx::failure&) {
    const projections::Failure failure = projections::current_failure();
    if (failure.kind == projections::FailureKind::connection) throw;
    throw MigrateError{
        run.file() + " failed: " + failure.message +
        (failure.sqlstate.empty() ? "" : " (SQLSTATE " + failure.sqlstate + ")") +
        ". When the reason is gone, run freshet migrate again: it goes on from here."};
  }
}

}  // namespace relay::operate
