#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>

#include "relay/base/log.hpp"
#include "relay/base/some_of.hpp"
#include "relay/operate/migrate/migrate.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/preflight/check_place.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/take_catalogue.hpp"
#include "relay/wiring/cli/twins.hpp"
#include "relay/wiring/cli/verbs.hpp"

namespace relay::wiring {
namespace {

/// Shows how far migrations are: a single one on a terminal by a line that changes, else by log
/// lines, which never mix.
class MigrationProgress {
 public:
  explicit MigrationProgress(bool several)
      : several_(several), drawn_(!several && ::isatty(STDERR_FILENO) == 1) {}

  void show(const std::string& database, std::string_view file, std::string_view text, long done,
            long total) const {
    const std::string what = (file.empty() ? "" : std::string{file} + ": ") + std::string{text};
    const std::string far =
        total > 0 ? std::to_string(done) + " of " + std::to_string(total) : std::string{};
    if (drawn_) {
      std::fprintf(stderr, "\r\033[K%s %s", what.c_str(), far.c_str());
    } else if (several_ && far.empty()) {
      log::info(what, {{"database", database}});
    } else if (several_) {
      log::info(what, {{"database", database}, {"done", far}});
    } else if (far.empty()) {
      log::info(what);
    } else {
      log::info(what, {{"done", far}});
    }
  }
  void end() const {
    if (drawn_) std::fputs("\r\033[K", stderr);
  }

 private:
  bool several_;
  bool drawn_;
};

/// In the schema alone: another outbox in `public` is no reason to leave this one as it is.
std::string url_to_migrate(const settings::Database& database) {
  const std::string& url = database.direct_url.empty() ? database.url : database.direct_url;
  return database.schema.empty() ? url : pg::with_search_path(url, {database.schema});
}

std::string in_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

/// "48 of 50 databases are at version 20; 2 failed: a (reason), b (reason)"
/// @param twins names of those that are the outbox of another.
std::string summed_up(const std::vector<settings::Database>& databases,
                      const std::vector<Outcome>& outcomes, const std::vector<std::string>& twins,
                      int version) {
  if (databases.empty()) return "0 of 0 databases";
  std::string failed;
  std::size_t number = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].code == Exit::fine) continue;
    failed += (number == 0 ? "" : ", ") + databases[i].name + " (" +
              in_one_line(outcomes[i].complaint) + ")";
    ++number;
  }
  const std::size_t outboxes = outcomes.size() - twins.size();
  const std::string all = std::to_string(outboxes);
  const std::string good = number == outboxes
                               ? "None of " + all + " databases could be brought up to date"
                               : std::to_string(outboxes - number) + " of " + all +
                                     " databases are at version " + std::to_string(version);
  return good + (number == 0 ? "" : "; " + std::to_string(number) + " failed: " + failed) +
         (twins.empty() ? "" : "; the same outbox as another: " + some_of(twins));
}

}  // namespace

int migrate(const Blueprint& blueprint) {
  const auto& databases = blueprint.settings.databases;
  const MigrationProgress progress{databases.size() > 1};
  Twins twins{blueprint};
  std::vector<std::string> second_names;
  std::atomic<int> version{0};  // of this binary: the same wherever it succeeds
  const auto work = [&](std::size_t i) -> Told {
    const settings::Database& database = databases[i];
    pg::Connection direct{url_to_migrate(database),
                          {.application_name = "freshet migrate",
                           .wanted = pg::Wanted::any,  // it says itself that it writes
                           .call_limit = {}}};
    const std::string misplaced = preflight::schema_fault(direct, database.schema);
    if (!misplaced.empty()) throw operate::MigrateError{misplaced};
    const auto show = [&](auto... what) { progress.show(database.name, what...); };
    const operate::MigrateReport report = operate::migrate(direct, show);
    progress.end();
    twins.look(i, direct);
    version = report.version;
    return {database.name + ": schema is at version " + std::to_string(report.version) + ", " +
            (report.applied == 0 ? "nothing to do"
                                 : std::to_string(report.applied) + " migration(s) applied") +
            "\n"};
  };
  const auto in_turn = [&](std::size_t i, Told& told) {
    const std::string& same = twins.same_as(i);
    if (same.empty()) return;
    second_names.push_back(databases[i].name);
    told.text = databases[i].name + ": " + same + "\n";
  };
  const std::vector<Outcome> outcomes =
      each_database(blueprint, work, {.named = true, .in_turn = in_turn});
  std::string left_out = catalogue_faults(blueprint);
  if (databases.empty() && left_out.empty()) left_out = "the catalogue has none";
  if (databases.size() == 1 && left_out.empty()) return outcomes[0].code;
  std::cout << summed_up(databases, outcomes, second_names, version)
            << (left_out.empty() ? "" : "; " + left_out) << std::endl;
  return worst(outcomes) == Exit::fine ? Exit::fine : Exit::database;
}

}  // namespace relay::wiring
