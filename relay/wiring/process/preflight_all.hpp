#pragma once

#include <chrono>
#include <map>
#include <string>

#include "relay/preflight/finding.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// Databases that are not fit to be run, by name, and why, as the log says it already; "" of one
/// that was not asked yet.
using Unfit = std::map<std::string, std::string>;

/// The preflight of one database, with what runs in it. Threads: any number at once.
/// @param time what it may take, once connected; 0: each check has its own limit alone.
[[nodiscard]] preflight::Findings findings_of(const Blueprint& blueprint,
                                              const settings::Database& database,
                                              std::chrono::milliseconds time = {});

/// The faults among them, as one line; "" without any.
[[nodiscard]] std::string faults_in_words(const preflight::Findings& findings);

/// Says why a database is not served while others are.
void log_unfit(const std::string& database, const std::string& why);

/// The preflight of all databases before a run, ten at a time, said in the log. As soon as one is
/// fit, those that have had no turn within five seconds are left to be asked while it is served.
/// @param unfit gets those that are not to be served yet. @return 0, or 3 when none is fit, or with
/// `drain`, which ends only when all is done, when any is not.
[[nodiscard]] int preflight_all(const Blueprint& blueprint, bool drain, Unfit& unfit);

}  // namespace relay::wiring
