#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string_view>

#include "relay/pg/connection.hpp"
#include "schema/migrations.hpp"

namespace relay::operate {

/// What a run did.
struct MigrateReport {
  int applied = 0;  ///< Migrations that this run finished; 0 when there was nothing to do.
  int version = 0;  ///< The version the schema is at now.
};

/// Told what goes on: `file` is the migration ("" before the first), `text` what it is doing,
/// `done` of `total` how far it is, both 0 when that is not known. Called on the caller's thread.
/// What it throws ends the run, which a later run then takes up.
using MigrateProgress =
    std::function<void(std::string_view file, std::string_view text, long done, long total)>;

/// How long a run waits for others. The defaults are meant for production.
struct MigrateOptions {
  std::chrono::milliseconds wait_for_other = std::chrono::minutes{10};  ///< Another migrate.
  std::chrono::milliseconds retry_for = std::chrono::minutes{5};  ///< One step's lock on a table.
  /// Between two tries for a lock. Longer than a try may hold writers up (50 ms), so that they get
  /// their turn.
  std::chrono::milliseconds pause{250};
  std::stop_token stop{};  ///< Ends the waiting for others; a step at work is finished first.
  std::span<const schema::Migration> files = schema::migrations;
  bool any_encoding = false;  ///< Else the database must be in UTF8.
};

/// The run ended before its end. `what()` says why and what to do; a later run goes on from there.
class MigrateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Brings the schema to the version of this binary. Safe to repeat, safe to run twice at once, safe
/// to cut off: what is done is in freshet_schema_history. An application may go on writing: no
/// writer waits longer than a moment, and an event_publication that is there already is adopted.
///
/// @param direct a connection to the server itself, not to a pooler, for this call alone: it holds
/// a session's lock and settings meanwhile.
/// @throws MigrateError; nothing else but what `progress` throws and what a lost connection throws.
MigrateReport migrate(pg::Connection& direct, const MigrateProgress& progress,
                      const MigrateOptions& options = {});

}  // namespace relay::operate
