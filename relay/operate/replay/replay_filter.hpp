#pragma once

#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Which part of the history an operator means: what fits everything that is given. An edge is a
/// seq, if it is a whole number, or a moment in ISO 8601, by publication_date.
struct ReplayFilter {
  std::string from = {};   ///< The first one; empty: from the beginning.
  std::string until = {};  ///< The last seq, or the moment before which; empty: to the end.
  std::string key = {};    ///< aggregate_id, or the id of a keyless event; empty: any.
  std::string type = {};   ///< Event type; `*` stands for any run. Empty: any.
};

/// Asks the server whether it understands the moments. @throws UsageError in words.
void check(pg::Connection& connection, const ReplayFilter& filter);

/// The six values that `replay_choose.sql` ends with.
[[nodiscard]] std::vector<std::string> values_of(const ReplayFilter& filter);

/// `--from 1000 --key INC-1`: two filters are the same when this is. Empty: everything.
[[nodiscard]] std::string in_words(const ReplayFilter& filter);

}  // namespace relay::operate
