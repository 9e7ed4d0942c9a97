#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/preflight/finding.hpp"
#include "relay/preflight/outbox_identity.hpp"
#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/process/session_budgets.hpp"

namespace relay::wiring {

/// Databases that are not fit to be run, by name, and why, as the log says it already; "" of one
/// that was not asked yet.
using Unfit = std::map<std::string, std::string>;

/// How a database is looked at.
struct LookOptions {
  std::chrono::milliseconds time{0};  ///< In all, once connected; 0: each check has its own limit.
  bool direct = false;                ///< Also by `direct_url`, over a second session.
};

/// The preflight of one database, with what runs in it. Threads: any number at once.
/// @param budgets of the settings.
/// @param outbox gets which one it is, if that can be told; may be null.
[[nodiscard]] preflight::Findings findings_of(
    const Blueprint& blueprint, const settings::Database& database, const SessionBudgets& budgets,
    const LookOptions& options, std::optional<preflight::OutboxIdentity>* outbox = nullptr);

/// Which outbox each database of the settings is, by its place; nothing: that could not be told.
using Identities = std::vector<std::optional<preflight::OutboxIdentity>>;

/// Those that could be told, in the order of the settings.
[[nodiscard]] std::vector<preflight::NamedOutbox> named_outboxes(const Blueprint& blueprint,
                                                                 const Identities& identities);

/// The faults among them, as one line; "" without any.
[[nodiscard]] std::string faults_in_words(const preflight::Findings& findings);

/// Says why a database is not served while others are.
void log_unfit(const std::string& database, const std::string& why);

/// The preflight of all databases before a run, ten at a time or as many as the process may have
/// sessions, said in the log. As soon as one is fit, those that have had no turn within five
/// seconds are left to be asked while it is served. One that is the outbox of another, which is fit
/// and comes before it, is unfit.
/// @param unfit gets those that are not to be served yet. @param outboxes gets those of the others.
/// @return 0, or 3 when none is fit, or with `drain`, which ends only when all is done, when any is
/// not.
[[nodiscard]] int preflight_all(const Blueprint& blueprint, bool drain, Unfit& unfit,
                                std::vector<preflight::NamedOutbox>& outboxes);

}  // namespace relay::wiring
