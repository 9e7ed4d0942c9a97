#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "relay/base/log.hpp"
#include "relay/operate/migrate.hpp"
#include "relay/preflight/preflight.hpp"
#include "relay/wiring/verbs.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {
namespace {

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

preflight::Findings findings_of(const House& house, const settings::Database& database) {
  return preflight::inspect({database.url, agreed_settings(house.settings.relay), house.checked});
}

}  // namespace

int migrate(const House& house) {
  for (const settings::Database& database : house.settings.databases) {
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

int check(const House& house) {
  bool faults = false;
  for (const settings::Database& database : house.settings.databases) {
    const preflight::Findings findings = findings_of(house, database);
    for (const preflight::Finding& finding : findings) {
      const bool is_fault = finding.severity == preflight::Finding::Severity::fault;
      std::cout << database.name << ": " << (is_fault ? "fault: " : "warning: ") << finding.sentence
                << "\n";
    }
    faults = faults || preflight::any_fault(findings);
    if (findings.empty()) {
      std::cout << database.name << ": fine, " << house.registry.all().size() << " projection(s)\n";
    }
  }
  return faults ? Exit::database : Exit::fine;
}

int preflight_all(const House& house) {
  bool faults = false;
  for (const settings::Database& database : house.settings.databases) {
    const preflight::Findings findings = findings_of(house, database);
    for (const preflight::Finding& finding : findings) {
      const bool is_fault = finding.severity == preflight::Finding::Severity::fault;
      log::write(is_fault ? log::Level::error : log::Level::warn, finding.sentence,
                 {{"database", database.name}});
    }
    faults = faults || preflight::any_fault(findings);
  }
  return faults ? Exit::database : Exit::fine;
}

}  // namespace relay::wiring
