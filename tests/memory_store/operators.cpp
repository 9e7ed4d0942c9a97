#include "tests/memory_store/operators.hpp"

#include <algorithm>

#include "tests/memory_store/ledger.hpp"
#include "tests/memory_store/listener_change.hpp"

namespace tests::memory {
namespace {

constexpr std::size_t looked_at_per_key = 200;

std::string drainer_of(const Rows& rows, const std::string& listener) {
  const ListenerRow* row = rows.listener(listener);
  return row != nullptr && row->declaration.detached ? listener : "";
}

bool is_retired(const Rows& rows, const std::string& listener) {
  const ListenerRow* row = rows.listener(listener);
  return row == nullptr || row->state == "retired";
}

/// Deliveries of one lane that an operator means.
struct Meant {
  std::vector<std::string> events;
  std::set<relay::deliveries::LaneKey> keys;
};

bool is_meant(const DeliveryRow& row, const std::vector<std::string>& ids, bool dead_only) {
  if (dead_only && row.state != DeliveryState::dead) return false;
  return ids.empty() || std::ranges::find(ids, row.event_id) != ids.end();
}

}  // namespace

// Whose lane it is may change until it is held.
template <class Change>
void Operators::under_lane(int lane, const std::string& listener, Change change) {
  Database& database = session_.database();
  try {
    session_.run([&] {
      for (bool held = false; !held;) {
        Transaction& transaction = session_.begin();
        session_.pause();
        const std::string drainer = drainer_of(database.rows(), listener);
        Drainer* lanes_of = database.locks().find(drainer);
        if (lanes_of == nullptr) throw std::runtime_error{"no lanes of " + listener};
        LaneLock& lock = lanes_of->lanes.at(static_cast<std::size_t>(lane));
        session_.wait_until([&] { return lock.free_for(transaction); });
        transaction.lock(lock);
        session_.pause();
        held = drainer_of(database.rows(), listener) == drainer;
        if (!held) session_.rollback();
      }
      change();
      session_.pause();
      session_.commit();
    });
  } catch (...) {
    session_.rollback();
    throw;
  }
}

template <class Change>
int Operators::each_lane(const std::string& listener, const std::vector<std::string>& ids,
                         bool dead_only, Change change) {
  const Rows& rows = session_.database().rows();
  std::set<int> lanes;
  for (const DeliveryRow& row : rows.deliveries) {
    if (row.listener == listener && is_meant(row, ids, dead_only)) lanes.insert(row.lane);
  }
  int changed = 0;
  for (const int lane : lanes) {
    under_lane(lane, listener, [&] {
      session_.pause();
      Meant meant;
      for (const DeliveryRow& row : rows.deliveries) {
        if (row.lane != lane || row.listener != listener) continue;
        if (!is_meant(row, ids, dead_only)) continue;
        meant.events.push_back(row.event_id);
        meant.keys.insert({row.lane, row.key});
      }
      change(meant);
      changed += static_cast<int>(meant.events.size());
    });
  }
  return changed;
}

int Operators::retry_dead(const std::string& listener, const std::vector<std::string>& ids) {
  return each_lane(listener, ids, true, [&](const Meant& meant) {
    Transaction& transaction = session_.open_transaction();
    for (const std::string& id : meant.events) {
      DeliveryRow row = *transaction.delivery(session_.database().rows(), id, listener);
      row.state = DeliveryState::waiting;
      row.attempts = 0;
      row.due_us = 0;
      transaction.write(std::move(row));
    }
    promote(session_, listener, meant.keys, looked_at_per_key);
  });
}

int Operators::discard_dead(const std::string& listener, const std::vector<std::string>& ids) {
  return each_lane(listener, ids, true, [&](const Meant& meant) {
    complete(session_, end_deliveries(session_, listener, meant.events));
    promote(session_, listener, meant.keys, looked_at_per_key);
  });
}

template <class Change>
void Operators::change_row(const std::string& listener, Change change) {
  under_lanes_of(session_, {.listeners = {listener}}, [&](Transaction& transaction) {
    for (ListenerRow& row : transaction.listeners(session_.database().rows())) {
      if (row.declaration.name == listener && row.state != "retired") change(transaction, row);
    }
  });
}

void Operators::pause(const std::string& listener, const std::string& reason) {
  change_row(listener, [&](Transaction&, ListenerRow& row) {
    if (row.state != "paused") row.since_us = session_.database().now_us();
    if (!reason.empty() || row.state != "paused") row.reason = reason;
    row.state = "paused";
    row.paused_by = "operator";
  });
}

void Operators::resume(const std::string& listener) {
  change_row(listener, [&](Transaction&, ListenerRow& row) {
    if (row.state != "paused") return;
    row.state = "active";
    row.paused_by.clear();
    row.reason.clear();
    row.since_us = session_.database().now_us();
  });
}

void Operators::retire(const std::string& listener) {
  change_row(listener, [&](Transaction& transaction, ListenerRow& row) {
    row.state = "retired";
    row.paused_by.clear();
    row.reason.clear();
    row.since_us = session_.database().now_us();
    for (const SuspectRow& suspect : session_.database().rows().suspects) {
      if (suspect.listener != listener) continue;
      transaction.changes.cleared_suspects.emplace_back(suspect.event_id, listener);
    }
  });
  each_lane(listener, {}, false, [&](Meant& meant) {
    if (!is_retired(session_.database().rows(), listener)) meant.events.clear();
    if (meant.events.empty()) return;
    complete(session_, end_deliveries(session_, listener, meant.events));
  });
}

void Operators::change_setting(const std::string& name, const std::string& value) {
  under_lanes_of(session_, {.everybody = true},
                 [&](Transaction& transaction) { transaction.changes.settings[name] = value; });
}

}  // namespace tests::memory
