#pragma once

#include <map>
#include <string>

#include "relay/preflight/subject.hpp"
#include "relay/settings/settings.hpp"

namespace relay::wiring {

/// How many sessions the process may want of each database, of its role and of its server. Where
/// several `[[database]]` share one of these, what they want together, which is never more than the
/// process's budget, is told with the first of them. Threads: any number at once.
class SessionBudgets {
 public:
  explicit SessionBudgets(const settings::Settings& settings);

  /// One that the settings have not, since it came later, is held against its own limit alone: what
  /// the process may have at all was told at the start.
  [[nodiscard]] preflight::SessionBudget of(const settings::Database& database) const;

 private:
  [[nodiscard]] int share(const settings::Database& database) const;

  int all_;
  std::map<std::string, preflight::SessionBudget> of_databases_;  ///< By name.
};

}  // namespace relay::wiring
