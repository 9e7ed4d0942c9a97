#include "tests/memory_store/scout_session.hpp"

#include <algorithm>

namespace tests::memory {
namespace {

using relay::lanes::Floors;
using relay::lanes::LaneTicket;
using relay::store::Look;
using relay::store::RetryLane;
using relay::store::Standing;
using relay::store::Start;

std::optional<std::int64_t> lowest_pending(const Rows& rows, const LaneTicket& where) {
  std::optional<std::int64_t> lowest;
  for (const EventRow& row : rows.events) {
    const std::int64_t seq = row.what->seq;
    if (row.what->lane != where.lane || !row.pending()) continue;
    if (seq > where.floor && seq <= where.top) lowest = std::min(lowest.value_or(seq), seq);
  }
  return lowest;
}

std::optional<std::int64_t> lowest_ready(const Rows& rows, const std::string& listener,
                                         const LaneTicket& where) {
  std::optional<std::int64_t> lowest;
  for (const DeliveryRow& row : rows.deliveries) {
    if (row.state != DeliveryState::ready || row.lane != where.lane) continue;
    if (row.place <= where.floor || row.place > where.top || row.listener != listener) continue;
    lowest = std::min(lowest.value_or(row.place), row.place);
  }
  return lowest;
}

// Higher ones that another has kept stay.
std::vector<std::int64_t> merged(const FloorsRow& kept, const std::vector<std::int64_t>& learned,
                                 std::int64_t last) {
  std::vector<std::int64_t> floors(std::max(kept.floors.size(), learned.size()));
  for (std::size_t lane = 0; lane < floors.size(); ++lane) {
    const auto at = [&](const std::vector<std::int64_t>& all) {
      return lane < all.size() ? all[lane] : std::numeric_limits<std::int64_t>::min();
    };
    floors[lane] = std::min(std::max(at(kept.floors), at(learned)), last);
  }
  return floors;
}

}  // namespace

void ScoutSession::pause_for(std::chrono::milliseconds patience) {
  const Database& database = session_.database();
  const std::int64_t began = database.now_us();
  session_.pause();
  if (database.now_us() - began > std::chrono::microseconds{patience}.count()) fail_as_too_slow();
}

Standing ScoutSession::standing() {
  const Database& database = session_.database();
  return {.server_run = database.server_run(),
          .last_seq = database.last_seq(),
          .last_place = database.last_place()};
}

void ScoutSession::mark_run() {
  session_.run([&] {
    session_.pause();
    session_.database().mark_run();
  });
}

Start ScoutSession::start(int lanes) {
  return session_.run([&] {
    session_.pause();
    Start start{.standing = standing()};
    const Database& database = session_.database();
    for (const FloorsRow& row : database.rows().floors) {
      const std::int64_t last =
          row.listener.empty() ? start.standing.last_seq : start.standing.last_place;
      start.floors[row.listener] = relay::lanes::floors_that_hold(
          {row.server, row.last, row.floors}, database.server(), last, lanes);
    }
    return start;
  });
}

Standing ScoutSession::start_without_floors() {
  return session_.run([&] {
    session_.pause();
    Standing standing = this->standing();
    standing.last_place = 0;
    return standing;
  });
}

void ScoutSession::keep_floors(const Floors& floors, const std::string& server_run) {
  session_.run([&] {
    session_.pause();
    if (session_.database().server_run() != server_run) return;
    for (const auto& [listener, learned] : floors) keep(listener, learned);
    session_.database().flush();
  });
}

void ScoutSession::keep(const std::string& listener, const std::vector<std::int64_t>& learned) {
  Database& database = session_.database();
  auto& all = database.locked_rows().floors;
  const std::int64_t last = listener.empty() ? database.last_seq() : database.last_place();
  FloorsRow fresh{listener, database.server(), last, learned};
  const auto known = std::ranges::find(all, listener, &FloorsRow::listener);
  if (known == all.end()) {
    all.push_back(std::move(fresh));
    return;
  }
  const bool same = known->server == fresh.server && known->last <= last;
  if (same) fresh.floors = merged(*known, learned, last);
  *known = std::move(fresh);
}

Look ScoutSession::look(const std::vector<LaneTicket>& where, std::chrono::milliseconds patience) {
  return session_.run([&] {
    pause_for(patience);
    Look look;
    for (const LaneTicket& ticket : where) {
      look.lanes.push_back({ticket.lane, lowest_pending(session_.database().rows(), ticket),
                            ticket.floor, ticket.top});
    }
    look.standing = standing();
    return look;
  });
}

std::vector<std::optional<std::int64_t>> ScoutSession::look_at_deliveries(
    const relay::store::DeliveryLanes& where, std::chrono::milliseconds patience) {
  return session_.run([&] {
    pause_for(patience);
    std::vector<std::optional<std::int64_t>> lowest;
    for (std::size_t at = 0; at < where.lanes.size(); ++at) {
      lowest.push_back(
          lowest_ready(session_.database().rows(), where.listeners.at(at), where.lanes[at]));
    }
    return lowest;
  });
}

std::vector<RetryLane> ScoutSession::retries(const std::vector<std::string>& listeners) {
  return session_.run([&] {
    session_.pause();
    const std::int64_t now = session_.database().now_us();
    std::vector<RetryLane> lanes;
    for (const std::string& listener : listeners) {
      for (const DeliveryRow& row : session_.database().rows().deliveries) {
        if (row.state != DeliveryState::retrying || row.listener != listener) continue;
        const auto known = std::ranges::find_if(lanes, [&](const RetryLane& lane) {
          return lane.lane == row.lane && lane.listener == listener;
        });
        RetryLane& lane =
            known != lanes.end() ? *known : lanes.emplace_back(RetryLane{listener, row.lane});
        lane.due = lane.due || row.due_us <= now;
      }
    }
    return lanes;
  });
}

std::set<std::string> ScoutSession::open_writers() {
  return session_.run([&] {
    session_.pause();
    return session_.database().open_writers();
  });
}

bool ScoutSession::rehearse(const std::function<bool(projections::Tx&)>& attempt) {
  try {
    const bool result = session_.run([&] {
      session_.begin();
      session_.pause();
      return attempt(session_.handle());
    });
    session_.rollback();
    return result;
  } catch (...) {
    session_.rollback();
    throw;
  }
}

}  // namespace tests::memory
