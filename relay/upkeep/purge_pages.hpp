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
  std::string_view horizon;         ///< A statement for one more, asked when a sweep begins, or "".
  bool replayed = false;            ///< No replay may begin during a step.
};

/// Guards by event id are never kept for less, whatever `Keep` says.
inline constexpr int guards_least = 7;

/// A sweep begins: the purge with what `horizon` says now as its last value.
/// @throws pqxx::failure and kin.
[[nodiscard]] Purge begun(pg::Connection& connection, Purge purge);

/// Those that `keep` asks for.
[[nodiscard]] std::vector<Purge> purges_of(const Keep& keep);

struct Purged {
  std::int64_t rows = 0;
  std::int64_t pages = 0;  ///< The table has now.
};

/// Begins a transaction with short limits, by which a lock is waited for 100 ms, and removes what
/// is old enough on pages from `first` up to `end`; the caller commits. @param really false: only
/// counts, and locks nothing. @throws pqxx::failure and kin; std::runtime_error when the server's
/// clock and this machine's are a day apart: one of them is wrong, and age is not to be trusted.
Purged purge_pages(pg::Connection& connection, const Purge& purge, std::int64_t first,
                   std::int64_t end, bool really);

/// Whether a failure may be some rows' own, so that other pages may pass: not a lost connection,
/// and nothing that an operator must mend first.
[[nodiscard]] bool passes_by(const projections::Failure& why);

/// Whether two clocks, in milliseconds since 1970, are less than a day apart. Pure.
[[nodiscard]] bool clocks_agree(std::int64_t one_ms, std::int64_t other_ms);

/// "(17,0)", the place of the first row of a page.
[[nodiscard]] std::string place_of_page(std::int64_t page);

}  // namespace relay::upkeep
