#include <algorithm>
#include <iostream>
#include <optional>

#include "relay/base/some_of.hpp"
#include "relay/settings/variables.hpp"
#include "relay/wiring/cli/check_forwards.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/twins.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/process/preflight_all.hpp"

namespace relay::wiring {
namespace {

constexpr std::chrono::seconds kafka_time{5};

std::string lines_of(const std::string& about, const preflight::Findings& findings) {
  std::string text;
  for (const preflight::Finding& finding : findings) {
    const bool is_fault = finding.severity == preflight::Finding::Severity::fault || finding.idles;
    text += about + ": " + (is_fault ? "fault: " : "warning: ") + finding.sentence + "\n";
  }
  return text;
}

bool is_fit(const preflight::Findings& findings) {
  return !preflight::any_fault(findings) &&
         std::ranges::none_of(findings, &preflight::Finding::idles);
}

bool keeps_for_ever(const settings::Database& database) {
  return database.completion == settings::Completion::update &&
         database.retention.completed_days == 0;
}

/// One advice for all whom it concerns.
std::string advice(const std::vector<settings::Database>& databases) {
  std::vector<std::string> names;
  for (const settings::Database& database : databases) {
    if (keeps_for_ever(database)) names.push_back(database.name);
  }
  if (names.empty()) return "";
  return (names.size() == 1 ? names[0] + ": advice: completed events are kept for ever"
                            : "advice: completed events are kept for ever in " +
                                  counted(names.size(), "database")) +
         "; [retention] completed_days = 30 keeps a month's\n";
}

/// Warnings of what is set in the environment and is no setting; a row that was refused has its
/// own.
std::string strange_variables(const Blueprint& blueprint) {
  if (!blueprint.catalogue.unread.empty()) return "";
  std::vector<std::string> names;
  for (const settings::Database& database : blueprint.settings.databases) {
    names.push_back(database.name);
  }
  for (const std::string& name : settings::names_of(blueprint.catalogue.refused)) {
    names.push_back(name);
  }
  std::string text;
  for (const std::string& fault : settings::variable_faults(settings::own_variables(), names)) {
    text += "environment: warning: " + fault + "\n";
  }
  return text;
}

/// What is said of a database, once it is known which outbox each before it is.
Told checked(const Blueprint& blueprint, const settings::Database& database,
             const preflight::Findings& findings) {
  if (!findings.empty()) {
    return {lines_of(database.name, findings), is_fit(findings) ? Exit::fine : Exit::database};
  }
  const auto here = [&](const auto& one) { return runs_in(database, one.options.name); };
  return {database.name + ": fine, " +
          std::to_string(std::ranges::count_if(blueprint.registry.all(), here)) +
          " projection(s)\n"};
}

}  // namespace

int check(const Blueprint& blueprint, bool all) {
  const auto& databases = blueprint.settings.databases;
  Identities identities(databases.size());
  std::vector<preflight::Findings> findings(databases.size());
  Twins twins{blueprint};
  const SessionBudgets budgets{blueprint.settings};
  const auto work = [&](std::size_t i) -> Told {
    findings[i] = findings_of(blueprint, databases[i], budgets, {.direct = true}, &identities[i]);
    return {};
  };
  const auto in_turn = [&](std::size_t i, Told& told) {
    twins.is(i, identities[i]);
    const std::string& same = twins.same_as(i);
    if (!same.empty()) preflight::fault(findings[i], same);
    told = checked(blueprint, databases[i], findings[i]);
  };
  int code = worst(each_database(blueprint, work, {.named = true, .in_turn = in_turn}));
  std::cout << advice(databases)
            << lines_of("settings",
                        preflight::told_by_start(named_outboxes(blueprint, identities)));
  if (all) std::cout << strange_variables(blueprint);
  const preflight::Findings topics = inspect_forwards(blueprint, kafka_time);
  std::cout << lines_of("kafka", topics);
  if (topics.empty() && !blueprint.forwards.empty()) {
    std::cout << "kafka: fine, " << blueprint.forwards.size() << " forward(s)\n";
  }
  return preflight::any_fault(topics) ? Exit::database : code;
}

}  // namespace relay::wiring
