#include "tests/chaos/fleet/excuses.hpp"

#include <algorithm>

#include "tests/chaos/fleet/bounds.hpp"

namespace chaos::fleet {
namespace {

using Kind = Trouble::Kind;

Windows merged(Windows windows) {
  std::ranges::sort(windows);
  Windows all;
  for (const auto& [from, until] : windows) {
    if (!all.empty() && from <= all.back().second) {
      all.back().second = std::max(all.back().second, until);
    } else {
      all.emplace_back(from, until);
    }
  }
  return all;
}

Windows both(const Windows& one, const Windows& other) {
  Windows all;
  for (const auto& a : one) {
    for (const auto& b : other) {
      const long from = std::max(a.first, b.first);
      const long until = std::min(a.second, b.second);
      if (from < until) all.emplace_back(from, until);
    }
  }
  return merged(std::move(all));
}

bool overlap(const Trouble& one, long from, long until) {
  return one.from_ms < until && from < one.until_ms;
}

/// Of one relay, from its end to its first batch after it.
Windows ends_of(int relay, const std::vector<Trouble>& troubles) {
  Windows windows;
  for (const Trouble& end : troubles) {
    if (end.kind != Kind::relay_down || end.relay != relay) continue;
    long ready = std::max(end.until_ms + Bounds::start, read_by(end.until_ms, troubles));
    const bool beside_trouble = std::ranges::any_of(troubles, [&](const Trouble& one) {
      return one.kind == Kind::away && overlap(one, end.from_ms, ready);
    });
    if (beside_trouble) ready += Bounds::start_beside_trouble;
    windows.emplace_back(end.from_ms, ready);
  }
  return merged(std::move(windows));
}

}  // namespace

long read_by(long moment, const std::vector<Trouble>& troubles) {
  long by = moment + Bounds::row;
  bool longer = true;
  while (longer) {
    longer = false;
    for (const Trouble& one : troubles) {
      if (one.kind != Kind::catalogue_away) continue;
      const long known = one.until_ms + Bounds::catalogue_recovery + Bounds::row;
      if (!overlap(one, moment - Bounds::refresh, by) || known <= by) continue;
      by = known;
      longer = true;
    }
  }
  return by;
}

Windows excuses_of(const std::string& database, int server, const std::vector<Trouble>& troubles,
                   int relays) {
  Windows windows;
  for (const Trouble& one : troubles) {
    const bool mine = one.database.empty() ? one.server == server : one.database == database;
    if (!mine) continue;
    if (one.kind == Kind::unserved || one.kind == Kind::row_changed) {
      windows.emplace_back(one.from_ms, read_by(one.until_ms, troubles));
    } else if (one.kind == Kind::away) {
      windows.emplace_back(one.from_ms,
                           one.until_ms + Bounds::recovery(one.until_ms - one.from_ms));
    }
  }
  Windows none_runs = ends_of(0, troubles);
  for (int relay = 1; relay < relays; ++relay)
    none_runs = both(none_runs, ends_of(relay, troubles));
  windows.insert(windows.end(), none_runs.begin(), none_runs.end());
  return merged(std::move(windows));
}

long outside(const Windows& windows, long from, long until) {
  long left = std::max(0L, until - from);
  for (const auto& [begin, end] : windows) {
    left -= std::max(0L, std::min(until, end) - std::max(from, begin));
  }
  return left;
}

// Who has just started may have read the catalogue before, and look at all of it first. Who cannot
// reach the server ends what is under way there only when that is given up.
long left_by(const Trouble& unserved, const std::vector<Trouble>& troubles) {
  long by = read_by(unserved.from_ms, troubles) - Bounds::row + Bounds::leave;
  const long asked = by;
  for (const Trouble& one : troubles) {
    if (one.kind == Kind::relay_down && overlap(one, unserved.from_ms - Bounds::start, asked)) {
      by = std::max(by, one.until_ms + Bounds::start + Bounds::start_beside_trouble);
    }
    const bool here =
        one.database.empty() ? one.server == unserved.server : one.database == unserved.database;
    if (one.kind == Kind::away && here && overlap(one, unserved.from_ms, asked)) {
      by = std::max(by, one.until_ms + Bounds::recovery(0) + Bounds::leave);
    }
  }
  return by;
}

}  // namespace chaos::fleet
