#include "relay/upkeep/purge_all.hpp"

#include <algorithm>
#include <chrono>

#include "projections/failure.hpp"
#include "relay/base/pause.hpp"
#include "relay/upkeep/stride.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t pages_at_once = 64;
constexpr std::int64_t pages_looked_at = 4'096;
constexpr int tries_most = 5;

/// @return nothing: somebody holds a row locked.
bool purge_step(pg::Connection& connection, const Purge& purge, std::int64_t first,
                std::int64_t end, Purged& purged) {
  try {
    purged = purge_pages(connection, purge, first, end, true);
    connection.exec("COMMIT");
    return true;
  } catch (const std::exception&) {
    if (projections::current_failure().kind != projections::FailureKind::conflict) throw;
    if (!connection.rollback()) throw;
    return false;
  }
}

}  // namespace

PurgeReport purge_all(pg::Connection& connection, const Purge& purge,
                      const PurgeProgress& progress) {
  PurgeReport report;
  Stride stride;
  int tries = 0;
  std::int64_t pages = 1;  // known after the first step; does not grow while it is purged
  for (std::int64_t page = 0; page < pages;) {
    const std::int64_t end = page + stride.pages();
    const auto began = Clock::now();
    Purged purged;
    if (purge_step(connection, purge, page, end, purged)) {
      report.rows += purged.rows;
      if (page == 0) pages = purged.pages;
      stride.after(std::chrono::ceil<Stride::Time>(Clock::now() - began), false);
    } else if (++tries <= tries_most) {
      pause_for(std::chrono::ceil<std::chrono::milliseconds>(stride.after_lock()), {});
      continue;
    } else {
      report.left_out += end - page;
    }
    tries = 0;
    page = end;
    progress(std::min(page, pages), pages);
  }
  return report;
}

PurgeReport purge_estimate(pg::Connection& connection, const Purge& purge) {
  PurgeReport report;
  std::int64_t looked_at = 0;
  std::int64_t pages = 1;
  std::int64_t stride = pages_at_once;
  for (std::int64_t page = 0; page < pages; page += stride) {
    const Purged counted = purge_pages(connection, purge, page, page + pages_at_once, false);
    connection.exec("COMMIT");
    report.rows += counted.rows;
    looked_at += std::min(pages_at_once, counted.pages - page);
    if (page > 0) continue;
    pages = counted.pages;
    if (pages <= pages_looked_at) continue;
    stride = std::max(pages_at_once, pages / (pages_looked_at / pages_at_once));
    report.estimated = true;
  }
  if (report.estimated && looked_at > 0) {
    report.rows =
        static_cast<std::int64_t>(static_cast<double>(report.rows) * static_cast<double>(pages) /
                                  static_cast<double>(looked_at));
  }
  return report;
}

}  // namespace relay::upkeep
