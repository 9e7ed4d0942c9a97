#include "relay/wiring/process/preflight_all.hpp"

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/base/side_by_side.hpp"
#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/preflight/preflight.hpp"
#include "relay/wiring/cli/check_forwards.hpp"
#include "relay/wiring/cli/command_line.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;
using Severity = preflight::Finding::Severity;

// What one database may hold the others up: they wait for nothing but this look.
constexpr auto look_at_most = 10s;
constexpr auto turns_until = 5s;
constexpr auto kafka_time_at_start = 2s;  // projections wait for it, and nothing depends on it

/// By the place of a database in the settings; nothing: it had no turn.
using Looks = std::vector<std::optional<preflight::Findings>>;

Looks look_at_all(const Blueprint& blueprint, bool drain, Identities& identities) {
  const auto& databases = blueprint.settings.databases;
  const bool all = drain || databases.size() == 1;  // waiting holds up no other
  const auto end_of_turns = std::chrono::steady_clock::now() + turns_until;
  const SessionBudgets budgets{blueprint.settings};
  std::atomic<bool> one_is_fit = false;
  Looks looks(databases.size());
  // Each look has a session, and those of the process are never more than its settings say.
  const auto sessions = static_cast<std::size_t>(blueprint.settings.relay.connections);
  side_by_side(databases.size(), std::min(databases_at_once, sessions), [&](std::size_t i) {
    if (!all && one_is_fit && std::chrono::steady_clock::now() >= end_of_turns) return;
    looks[i] = findings_of(blueprint, databases[i], budgets, {.time = all ? 0s : look_at_most},
                           &identities[i]);
    if (!preflight::any_fault(*looks[i])) one_is_fit = true;
  });
  return looks;
}

/// What is fit and an outbox that is served already, by a database before it, is fit no more.
/// @return the outboxes of those that are.
std::vector<preflight::NamedOutbox> refuse_doubles(const Blueprint& blueprint,
                                                   const Identities& identities, Looks& looks) {
  std::vector<preflight::NamedOutbox> served;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (!looks[i] || preflight::any_fault(*looks[i]) || !identities[i]) continue;
    preflight::NamedOutbox one{blueprint.settings.databases[i].name, *identities[i]};
    const preflight::Findings doubles = preflight::compare_outbox(one, served);
    if (doubles.empty()) {
      served.push_back(std::move(one));
    } else {
      looks[i]->insert(looks[i]->end(), doubles.begin(), doubles.end());
    }
  }
  return served;
}

void log_findings(const preflight::Findings& findings, std::initializer_list<log::Field> fields) {
  for (const preflight::Finding& finding : findings) {
    const bool is_fault = finding.severity == Severity::fault;
    log::write(is_fault ? log::Level::error : log::Level::warn, finding.sentence, fields);
  }
}

/// Says of each database that is unfit why, in one line, and of the others what is to be looked at.
void tell_unfit(const Blueprint& blueprint, const Looks& looks, const Unfit& unfit) {
  std::size_t unasked = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const std::string& database = blueprint.settings.databases[i].name;
    if (!looks[i]) {
      ++unasked;
    } else if (!unfit.contains(database)) {
      log_findings(*looks[i], {{"database", database}});
    } else {
      log_unfit(database, unfit.at(database));
    }
  }
  if (unasked == 0) return;
  log::warn("databases that could not be asked in time are asked while the others are served",
            {{"databases", std::to_string(unasked)}});
}

}  // namespace

preflight::Findings findings_of(const Blueprint& blueprint, const settings::Database& database,
                                const SessionBudgets& budgets, const LookOptions& options,
                                std::optional<preflight::OutboxIdentity>* outbox) {
  std::vector<preflight::CheckedProjection> here;
  std::ranges::copy_if(blueprint.checked, std::back_inserter(here),
                       [&](const auto& checked) { return runs_in(database, checked.name); });
  return preflight::inspect({.conninfo = database.url,
                             .agreed = agreed_settings(database),
                             .projections = std::move(here),
                             .time = options.time,
                             .schema = database.schema,
                             .sessions = budgets.of(database),
                             .direct_conninfo = options.direct ? database.direct_url : ""},
                            outbox);
}

std::vector<preflight::NamedOutbox> named_outboxes(const Blueprint& blueprint,
                                                   const Identities& identities) {
  std::vector<preflight::NamedOutbox> outboxes;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    if (identities[i]) outboxes.push_back({blueprint.settings.databases[i].name, *identities[i]});
  }
  return outboxes;
}

std::string faults_in_words(const preflight::Findings& findings) {
  std::string all;
  for (const preflight::Finding& finding : findings) {
    if (finding.severity != Severity::fault) continue;
    all += (all.empty() ? "" : "; ") + finding.sentence;
  }
  return all;
}

void log_unfit(const std::string& database, const std::string& why) {
  log::error("a database is not served yet, and is asked again: " + why, {{"database", database}});
}

int preflight_all(const Blueprint& blueprint, bool drain, Unfit& unfit,
                  std::vector<preflight::NamedOutbox>& outboxes) {
  const auto& databases = blueprint.settings.databases;
  Identities identities(databases.size());
  Looks looks = look_at_all(blueprint, drain, identities);
  outboxes = refuse_doubles(blueprint, identities, looks);
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i] && !preflight::any_fault(*looks[i])) continue;
    unfit[databases[i].name] = looks[i] ? faults_in_words(*looks[i]) : "";
  }
  const bool none = !databases.empty() && unfit.size() == databases.size();
  if (none || (drain && !unfit.empty())) {
    for (std::size_t i = 0; i < looks.size(); ++i) {
      log_findings(*looks[i], {{"database", databases[i].name}});
    }
    return Exit::database;
  }
  tell_unfit(blueprint, looks, unfit);
  log_findings(preflight::told_by_start(outboxes), {});
  // What is wrong with the brokers concerns their forwards alone.
  const auto is_fit = [&](const settings::Database& one) { return !unfit.contains(one.name); };
  for (const preflight::Finding& finding :
       inspect_forwards(blueprint, kafka_time_at_start, is_fit)) {
    log::warn(finding.sentence);
  }
  return Exit::fine;
}

}  // namespace relay::wiring
