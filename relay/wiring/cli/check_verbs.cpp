#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "relay/base/log.hpp"
#include "relay/operate/migrate/migrate.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/preflight/check_place.hpp"
#include "relay/preflight/preflight.hpp"
#include "relay/wiring/cli/check_forwards.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;

constexpr auto kafka_time = 5s;
constexpr auto kafka_time_at_start = 2s;  // projections wait for it, and nothing depends on it

/// Shows how far a migration is: a line that changes on a terminal, log lines elsewhere.
void show_progress(std::string_view file, std::string_view text, long done, long total) {
  const std::string what = (file.empty() ? "" : std::string{file} + ": ") + std::string{text};
  const std::string far =
      total > 0 ? std::to_string(done) + " of " + std::to_string(total) : std::string{};
  if (::isatty(STDERR_FILENO) == 1) {
    std::fprintf(stderr, "\r\033[K%s %s", what.c_str(), far.c_str());
  } else if (far.empty()) {
    log::info(what);
  } else {
    log::info(what, {{"done", far}});
  }
}

/// @return whether any of them is a fault.
bool print(const std::string& about, const preflight::Findings& findings) {
  for (const preflight::Finding& finding : findings) {
    const bool is_fault = finding.severity == preflight::Finding::Severity::fault;
    std::cout << about << ": " << (is_fault ? "fault: " : "warning: ") << finding.sentence << "\n";
  }
  return preflight::any_fault(findings);
}

void log_finding(const preflight::Finding& finding, std::initializer_list<log::Field> fields) {
  const bool is_fault = finding.severity == preflight::Finding::Severity::fault;
  log::write(is_fault ? log::Level::error : log::Level::warn, finding.sentence, fields);
}

/// In the schema alone: another outbox in `public` is no reason to leave this one as it is.
std::string url_to_migrate(const settings::Database& database) {
  const std::string& url = database.direct_url.empty() ? database.url : database.direct_url;
  return database.schema.empty() ? url : pg::with_search_path(url, {database.schema});
}

void note(const std::string& name, const std::optional<preflight::OutboxIdentity>& outbox,
          std::vector<preflight::NamedOutbox>& outboxes) {
  if (outbox) outboxes.push_back({name, *outbox});
}

/// Says in the log which `[[database]]` are one outbox. @return whether any are.
bool log_same_outboxes(const std::vector<preflight::NamedOutbox>& outboxes) {
  const preflight::Findings findings = preflight::compare_outboxes(outboxes);
  for (const preflight::Finding& finding : findings) log_finding(finding, {});
  return preflight::any_fault(findings);
}

void advise(const settings::Database& database) {
  const bool kept = database.completion == settings::Completion::update;
  if (!kept || database.retention.completed_days > 0) return;
  std::cout
      << database.name
      << ": advice: completed events are kept for ever; [retention] completed_days = 30 keeps "
         "a month's\n";
}

}  // namespace

preflight::Findings findings_of(const Blueprint& blueprint, const settings::Database& database,
                                std::optional<preflight::OutboxIdentity>* outbox) {
  std::vector<preflight::CheckedProjection> here;
  std::ranges::copy_if(blueprint.checked, std::back_inserter(here),
                       [&](const auto& checked) { return runs_in(database, checked.name); });
  return preflight::inspect(
      {database.url, agreed_settings(database), std::move(here), database.schema}, outbox);
}

int migrate(const Blueprint& blueprint) {
  for (const settings::Database& database : blueprint.settings.databases) {
    pg::Connection direct{url_to_migrate(database),
                          {.application_name = "freshet migrate",
                           .wanted = pg::Wanted::any,  // it says itself that it writes
                           .call_limit = {}}};
    const std::string misplaced = preflight::schema_fault(direct, database.schema);
    if (!misplaced.empty()) throw operate::MigrateError{database.name + ": " + misplaced};
    const operate::MigrateReport report = operate::migrate(direct, show_progress);
    if (::isatty(STDERR_FILENO) == 1) std::fputs("\r\033[K", stderr);
    std::cout << database.name << ": schema is at version " << report.version << ", "
              << (report.applied == 0 ? "nothing to do"
                                      : std::to_string(report.applied) + " migration(s) applied")
              << std::endl;
  }
  return Exit::fine;
}

int check(const Blueprint& blueprint) {
  bool faults = false;
  std::vector<preflight::NamedOutbox> outboxes;
  for (const settings::Database& database : blueprint.settings.databases) {
    std::optional<preflight::OutboxIdentity> outbox;
    const preflight::Findings findings = findings_of(blueprint, database, &outbox);
    note(database.name, outbox, outboxes);
    faults = print(database.name, findings) || faults;
    advise(database);
    if (findings.empty()) {
      const auto here = [&](const auto& one) { return runs_in(database, one.options.name); };
      std::cout << database.name << ": fine, "
                << std::ranges::count_if(blueprint.registry.all(), here) << " projection(s)\n";
    }
  }
  faults = print("settings", preflight::compare_outboxes(outboxes)) || faults;
  const preflight::Findings topics = inspect_forwards(blueprint, kafka_time);
  faults = print("kafka", topics) || faults;
  if (topics.empty() && !blueprint.forwards.empty()) {
    std::cout << "kafka: fine, " << blueprint.forwards.size() << " forward(s)\n";
  }
  return faults ? Exit::database : Exit::fine;
}

int preflight_all(const Blueprint& blueprint, bool drain, std::vector<std::string>& unreached,
                  std::vector<preflight::NamedOutbox>& outboxes) {
  bool faults = false;
  for (const settings::Database& database : blueprint.settings.databases) {
    std::optional<preflight::OutboxIdentity> outbox;
    const preflight::Findings findings = findings_of(blueprint, database, &outbox);
    note(database.name, outbox, outboxes);
    for (const preflight::Finding& finding : findings) {
      log_finding(finding, {{"database", database.name}});
    }
    if (std::ranges::any_of(findings, &preflight::Finding::unreachable)) {
      unreached.push_back(database.name);
    } else {
      faults = faults || preflight::any_fault(findings);
    }
  }
  faults = log_same_outboxes(outboxes) || faults;
  if (faults) return Exit::database;
  if (!unreached.empty()) {
    if (drain || unreached.size() == blueprint.settings.databases.size()) return Exit::database;
    for (const std::string& name : unreached) {
      log::error("a database cannot be reached; it is asked again, and the others are served",
                 {{"database", name}});
    }
  }
  // What is wrong with the brokers concerns their forwards alone.
  for (const preflight::Finding& finding : inspect_forwards(blueprint, kafka_time_at_start)) {
    log::warn(finding.sentence);
  }
  return Exit::fine;
}

}  // namespace relay::wiring
