#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "relay/base/log.hpp"
#include "relay/operate/migrate/migrate.hpp"
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

void advise(const settings::Database& database) {
  const bool kept = database.completion == settings::Completion::update;
  if (!kept || database.retention.completed_days > 0) return;
  std::cout
      << database.name
      << ": advice: completed events are kept for ever; [retention] completed_days = 30 keeps "
         "a month's\n";
}

}  // namespace

preflight::Findings findings_of(const Blueprint& blueprint, const settings::Database& database) {
  std::vector<preflight::CheckedProjection> here;
  std::ranges::copy_if(blueprint.checked, std::back_inserter(here),
                       [&](const auto& checked) { return runs_in(database, checked.name); });
  return preflight::inspect({database.url, agreed_settings(database), std::move(here)});
}

int migrate(const Blueprint& blueprint) {
  for (const settings::Database& database : blueprint.settings.databases) {
    pg::Connection direct{database.direct_url.empty() ? database.url : database.direct_url,
                          {.application_name = "freshet migrate",
                           .wanted = pg::Wanted::any,  // it says itself that it writes
                           .call_limit = {}}};
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
  for (const settings::Database& database : blueprint.settings.databases) {
    const preflight::Findings findings = findings_of(blueprint, database);
    faults = print(database.name, findings) || faults;
    advise(database);
    if (findings.empty()) {
      const auto here = [&](const auto& one) { return runs_in(database, one.options.name); };
      std::cout << database.name << ": fine, "
                << std::ranges::count_if(blueprint.registry.all(), here) << " projection(s)\n";
    }
  }
  const preflight::Findings topics = inspect_forwards(blueprint, kafka_time);
  faults = print("kafka", topics) || faults;
  if (topics.empty() && !blueprint.forwards.empty()) {
    std::cout << "kafka: fine, " << blueprint.forwards.size() << " forward(s)\n";
  }
  return faults ? Exit::database : Exit::fine;
}

int preflight_all(const Blueprint& blueprint, bool drain, std::vector<std::string>& unreached) {
  bool faults = false;
  for (const settings::Database& database : blueprint.settings.databases) {
    const preflight::Findings findings = findings_of(blueprint, database);
    for (const preflight::Finding& finding : findings) {
      const bool is_fault = finding.severity == preflight::Finding::Severity::fault;
      log::write(is_fault ? log::Level::error : log::Level::warn, finding.sentence,
                 {{"database", database.name}});
    }
    if (std::ranges::any_of(findings, &preflight::Finding::unreachable)) {
      unreached.push_back(database.name);
    } else {
      faults = faults || preflight::any_fault(findings);
    }
  }
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
