#include "relay/upkeep/purge_all.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "projections/failure.hpp"
#include "relay/base/pause.hpp"
#include "relay/upkeep/stride.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t pages_at_once = 64;
constexpr std::int64_t pages_looked_at = 4'096;

/// @return what kept it from being done, or nothing: committed.
std::optional<projections::Failure> purge_step(pg::Connection& connection, const Purge& purge,
                                               std::int64_t first, std::int64_t end,
                                               Purged& purged) {
  try {
    purged = purge_pages(connection, purge, first, end, true);
    connection.exec("COMMIT");
    return std::nullopt;
  } catch (const std::exception&) {
    const projections::Failure why = projections::current_failure();
    if (!passes_by(why) || !connection.rollback()) throw;
    return why;
  }
}

}  // namespace

PurgeReport purge_all(pg::Connection& connection, const Purge& purge,
                      const PurgeProgress& progress) {
  PurgeReport report;
  Stride stride;
  const Purge now = begun(connection, purge);
  const std::int64_t pages = purge_pages(connection, now, 0, 0, false).pages;
  connection.exec("COMMIT");
  for (std::int64_t page = 0; page < pages;) {
    const std::int64_t end = page + stride.pages();
    const auto began = Clock::now();
    Purged purged;
    if (const auto why = purge_step(connection, now, page, end, purged)) {
      const bool locked = why->kind == projections::FailureKind::conflict;
      pause_for(std::chrono::ceil<std::chrono::milliseconds>(stride.after_failure(locked)), {});
      if (end - page > 1) continue;
      report.left_out += 1;
      report.why_left_out = why->message;
    } else {
      report.rows += purged.rows;
      stride.after(std::chrono::ceil<Stride::Time>(Clock::now() - began), Pace::alone);
    }
    page = end;
    progress(std::min(page, pages), pages);
  }
  return report;
}

PurgeReport purge_estimate(pg::Connection& connection, const Purge& purge) {
  PurgeReport report;
  const Purge now = begun(connection, purge);
  std::int64_t looked_at = 0;
  const std::int64_t pages = purge_pages(connection, now, 0, 0, false).pages;
  connection.exec("COMMIT");
  report.estimated = pages > pages_looked_at;
  const std::int64_t stride =
      report.estimated ? std::max(pages_at_once, pages / (pages_looked_at / pages_at_once))
                       : pages_at_once;
  for (std::int64_t page = 0; page < pages; page += stride) {
    const Purged counted = purge_pages(connection, now, page, page + pages_at_once, false);
    connection.exec("COMMIT");
    report.rows += counted.rows;
    looked_at += std::min(pages_at_once, pages - page);
  }
  if (report.estimated && looked_at > 0) {
    report.rows =
        static_cast<std::int64_t>(static_cast<double>(report.rows) * static_cast<double>(pages) /
                                  static_cast<double>(looked_at));
  }
  return report;
}

}  // namespace relay::upkeep
