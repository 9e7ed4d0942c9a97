#include <algorithm>
#include <iostream>
#include <optional>

#include "relay/wiring/cli/check_forwards.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/process/preflight_all.hpp"

namespace relay::wiring {
namespace {

constexpr std::chrono::seconds kafka_time{5};

std::string lines_of(const std::string& about, const preflight::Findings& findings) {
  std::string text;
  for (const preflight::Finding& finding : findings) {
    const bool is_fault = finding.severity == preflight::Finding::Severity::fault;
    text += about + ": " + (is_fault ? "fault: " : "warning: ") + finding.sentence + "\n";
  }
  return text;
}

std::string advice(const settings::Database& database) {
  const bool kept = database.completion == settings::Completion::update;
  if (!kept || database.retention.completed_days > 0) return "";
  return database.name +
         ": advice: completed events are kept for ever; [retention] completed_days = 30 keeps "
         "a month's\n";
}

/// @param outbox gets which one it is, if that can be told.
Told checked(const Blueprint& blueprint, const settings::Database& database,
             const SessionBudgets& budgets, std::optional<preflight::OutboxIdentity>& outbox) {
  const preflight::Findings findings = findings_of(blueprint, database, budgets, {}, &outbox);
  std::string text = lines_of(database.name, findings) + advice(database);
  if (findings.empty()) {
    const auto here = [&](const auto& one) { return runs_in(database, one.options.name); };
    text += database.name + ": fine, " +
            std::to_string(std::ranges::count_if(blueprint.registry.all(), here)) +
            " projection(s)\n";
  }
  return {std::move(text), preflight::any_fault(findings) ? Exit::database : Exit::fine};
}

}  // namespace

int check(const Blueprint& blueprint) {
  const auto& databases = blueprint.settings.databases;
  Identities identities(databases.size());
  const SessionBudgets budgets{blueprint.settings};
  const auto work = [&](std::size_t i) {
    return checked(blueprint, databases[i], budgets, identities[i]);
  };
  int code = worst(each_database(blueprint, work, {.named = true}));
  const preflight::Findings doubles =
      preflight::compare_outboxes(named_outboxes(blueprint, identities));
  std::cout << lines_of("settings", doubles);
  if (preflight::any_fault(doubles)) code = Exit::database;
  const preflight::Findings topics = inspect_forwards(blueprint, kafka_time);
  std::cout << lines_of("kafka", topics);
  if (topics.empty() && !blueprint.forwards.empty()) {
    std::cout << "kafka: fine, " << blueprint.forwards.size() << " forward(s)\n";
  }
  return preflight::any_fault(topics) ? Exit::database : code;
}

}  // namespace relay::wiring
