#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::upkeep {

/// How long rows are kept, in days; 0: for ever.
struct Keep {
  int completed = 0;
  int guards = 0;
  int business_guards = 0;
  int archive = 0;
  int attempts = 0;
  int freshness = 0;
  int operator_log = 0;
  /// Listeners whose guards are their events' own ids; those of all others count as business keys.
  std::vector<std::string> guarded_by_id;
};

/// A table from which old rows go, a range of pages at a time: each page is read once in a sweep,
/// and no index by date is needed.
struct Purge {
  std::string name;
  std::string table;
  std::string_view statement;       ///< One of schema/statements/purge_*.sql.
  std::vector<std::string> values;  ///< Its parameters from $4 on.
};

/// Those that `keep` asks for.
[[nodiscard]] std::vector<Purge> purges_of(const Keep& keep);

struct Purged {
  std::int64_t rows = 0;
  std::int64_t pages = 0;  ///< The table has now.
};

/// Begins a transaction with short limits, by which a lock is waited for 100 ms, and removes what
/// is old enough on pages from `first` up to `end`; the caller commits. @param really false: only
/// counts, and locks nothing. @throws pqxx::failure and kin.
Purged purge_pages(pg::Connection& connection, const Purge& purge, std::int64_t first,
                   std::int64_t end, bool really);

/// "(17,0)", the place of the first row of a page.
[[nodiscard]] std::string place_of_page(std::int64_t page);

}  // namespace relay::upkeep
