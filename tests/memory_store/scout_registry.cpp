#include <algorithm>

#include "tests/memory_store/ledger.hpp"
#include "tests/memory_store/listener_change.hpp"
#include "tests/memory_store/scout_session.hpp"

namespace tests::memory {
namespace {

using relay::flow::FlightRemains;
using relay::listeners::Declaration;
using relay::listeners::Registered;

constexpr std::int64_t us_per_ms = 1'000;

// By another relay than this; its own declaration counts as well.
std::int64_t others_seen_us(const Rows& rows, const ListenerRow& listener,
                            const std::string& instance) {
  std::int64_t at = listener.since_us;
  for (const SeenRow& seen : rows.seen) {
    const bool ours = seen.instance == instance || seen.listener != listener.declaration.name;
    if (!ours) at = std::max(at, seen.at_us);
  }
  return at;
}

bool is_open(const Rows& rows, const std::string& event_id) {
  const EventRow* event = rows.event(event_id);
  return event != nullptr && !event->complete;
}

void suspect(Rows& rows, const FlightRemains& slot, const std::string& id) {
  const bool crashed = slot.end == FlightRemains::End::crashed;
  const int crashes = slot.alone && crashed ? 1 : 0;
  const int kills = slot.alone && !crashed ? 1 : 0;
  for (SuspectRow& row : rows.suspects) {
    if (row.event_id != id || row.listener != slot.listener) continue;
    row.crashes += crashes;
    row.kills += kills;
    row.suspected = true;
    return;
  }
  rows.suspects.push_back({id, slot.listener, crashes, kills, slot.alone || crashed});
}

}  // namespace

Registered ScoutSession::registered() {
  return session_.run([&] {
    session_.pause();
    const Database& database = session_.database();
    const Rows& rows = database.rows();
    Registered registered{.settings = rows.settings};
    registered.settings["listeners_version"] = std::to_string(rows.listeners_version);
    for (const ListenerRow& row : rows.listeners) {
      const std::int64_t ago = database.now_us() - others_seen_us(rows, row, options_.instance);
      registered.listeners.emplace(
          row.declaration.name,
          Registered::Entry{row.declaration, row.state, row.paused_by, ago / us_per_ms});
    }
    for (const SuspectRow& row : rows.suspects) {
      if (!row.suspected || !is_open(rows, row.event_id)) continue;
      registered.suspects[{row.event_id, row.listener}] = {.crashes = row.crashes,
                                                           .kills = row.kills};
    }
    return registered;
  });
}

void ScoutSession::declare(Transaction& transaction, const Declaration& own) {
  Database& database = session_.database();
  session_.pause();
  auto& listeners = transaction.listeners(database.rows());
  auto known = std::ranges::find_if(
      listeners, [&](const ListenerRow& row) { return row.declaration.name == own.name; });
  if (known == listeners.end()) known = listeners.insert(listeners.end(), ListenerRow{});
  known->declaration = own;
  if (known->state == "retired") {
    known->state = "active";
    known->reason.clear();
  }
  known->since_us = database.now_us();
  if (own.detached || own.kind == relay::listeners::forward) database.locks().add(own.name);
  if (!own.skip_dead) return;
  std::set<relay::deliveries::LaneKey> behind;
  transaction.each_delivery(database.rows(), [&](const DeliveryRow& row) {
    const bool dead = row.state == DeliveryState::dead && row.listener == own.name;
    if (dead) behind.insert({row.lane, row.key});
  });
  promote(session_, own.name, behind, 1);
}

void ScoutSession::register_listeners(const std::vector<Declaration>& declarations,
                                      const std::map<std::string, std::string>& agreed_settings) {
  Concerned whom;
  for (const Declaration& own : declarations) whom.listeners.push_back(own.name);
  under_lanes_of(session_, whom, [&](Transaction& transaction) {
    for (const Declaration& own : declarations) declare(transaction, own);
    for (const auto& [name, value] : agreed_settings) {
      if (!session_.database().rows().settings.contains(name)) {
        transaction.changes.settings.emplace(name, value);
      }
    }
  });
}

void ScoutSession::resume_listener(const std::string& name) {
  under_lanes_of(session_, {.listeners = {name}}, [&](Transaction& transaction) {
    for (ListenerRow& row : transaction.listeners(session_.database().rows())) {
      const bool by_relay = row.state == "paused" && row.paused_by == "relay";
      if (row.declaration.name != name || !by_relay) continue;
      row.state = "active";
      row.reason.clear();
      row.paused_by.clear();
      row.since_us = session_.database().now_us();
    }
  });
}

void ScoutSession::store_suspects(const std::vector<FlightRemains>& remains) {
  if (remains.empty()) return;
  session_.run([&] {
    session_.pause();
    Database& database = session_.database();
    Rows& rows = database.locked_rows();
    std::erase_if(rows.suspects,
                  [&](const SuspectRow& row) { return !is_open(rows, row.event_id); });
    for (const FlightRemains& slot : remains) {
      for (const std::string& id : slot.event_ids) {
        if (is_open(rows, id)) suspect(rows, slot, id);
      }
    }
    ++rows.listeners_version;
    database.flush();
    session_.pause(Pause::answer);
  });
}

}  // namespace tests::memory
