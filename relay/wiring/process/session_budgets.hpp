#pragma once

#include <map>
#include <string>

#include "relay/preflight/subject.hpp"
#include "relay/settings/settings.hpp"

namespace relay::wiring {

/// By the database's name.
using SessionBudgets = std::map<std::string, preflight::SessionBudget>;

/// How many sessions the process may want of each database, of its role and of its server. Where
/// several `[[database]]` share one of these, what they want together, which is never more than the
/// process's budget, is told with the first of them. Pure.
[[nodiscard]] SessionBudgets session_budgets(const settings::Settings& settings);

}  // namespace relay::wiring
