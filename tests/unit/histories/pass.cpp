#include "tests/unit/histories/pass.hpp"

#include <algorithm>
#include <limits>

#include "tests/support/direct_handling.hpp"
#include "tests/support/no_transaction.hpp"
#include "tests/unit/histories/checker.hpp"

namespace tests::histories {
namespace {

using relay::deliveries::LaneKey;

}  // namespace

Pass::Pass(World& world, Duty duty, std::vector<std::unique_ptr<SimListener>>& listeners,
           SimListener* drains, std::vector<relay::claim::LaneTicket> tickets)
    : world_(world),
      duty_(std::move(duty)),
      listeners_(listeners),
      drains_(drains),
      tickets_(std::move(tickets)),
      id_(world.next_transaction++) {}

// Whatever was not committed is gone, and so are the locks.
Pass::~Pass() {
  for (auto& drainers : world_.tables.lane_holders) {
    std::ranges::replace(drainers, id_, 0);
  }
  for (EventRow& event : world_.tables.events) {
    if (event.locked_by == id_) event.locked_by = 0;
  }
  for (const auto& guard : doings_.effects) world_.guards_in_flight.erase(guard);
}

int Pass::drainer() const {
  return drains_ != nullptr && drains_->options().detached ? 1 + drains_->index() : 0;
}

Pass::Ended Pass::advance() {
  const bool read_first = world_.broken == Broken::read_before_lock;
  switch (step_++) {
    case 0:
      if (!read_first) lock();
      if (read_first && !read()) return Ended::empty;
      return Ended::not_yet;
    case 1:
      if (read_first) lock();
      if (!read_first && !read()) return Ended::empty;
      std::erase_if(batch_.events, [this](const auto& e) { return !read_of(e.lane).held; });
      if (batch_.events.empty()) return Ended::empty;
      if (version_ != duty_->version && world_.broken != Broken::listeners_version) {
        return Ended::stale;
      }
      return Ended::not_yet;
    case 2: run(); return Ended::not_yet;
    case 3: step_ -= write() ? 0 : 1; return Ended::not_yet;
    default: --step_; return commit() ? Ended::committed : Ended::not_yet;
  }
}

relay::store::LaneRead& Pass::read_of(int lane) {
  return *std::ranges::find(claim_.lanes, lane, &relay::store::LaneRead::lane);
}

void Pass::lock() {
  for (const relay::claim::LaneTicket& ticket : tickets_) {
    int& holder = world_.tables.holder(ticket.lane, drainer());
    const bool held = holder == 0 || world_.broken == Broken::lane_lock;
    if (held) holder = id_;
    const auto known = std::ranges::find(claim_.lanes, ticket.lane, &relay::store::LaneRead::lane);
    if (known == claim_.lanes.end()) {
      claim_.lanes.push_back({.lane = ticket.lane, .held = held});
    } else {
      known->held = held;
    }
  }
}

bool Pass::read() {
  Tables& tables = world_.tables;
  version_ = std::to_string(tables.listeners_version);
  for (const relay::claim::LaneTicket& ticket : tickets_) {
    auto known = std::ranges::find(claim_.lanes, ticket.lane, &relay::store::LaneRead::lane);
    if (known == claim_.lanes.end()) {
      known = claim_.lanes.insert(known, {.lane = ticket.lane, .held = true});
    }
    relay::store::LaneRead& read = *known;
    if (!read.held) continue;
    const int most = ticket.careful ? 1 : world_.per_lane;
    if (drains_ == nullptr) {
      for (const int at : tables.read_events(ticket.lane, ticket.floor, most)) {
        take(at, ticket.lane);
        read.last = tables.event(at).seq;
        ++read.events;
      }
      read.open_deliveries = tables.any_open(ticket.lane);
    } else {
      const bool skip = drains_->options().on_dead == projections::OnDead::skip;
      for (const TakenRow& taken :
           tables.read_deliveries(drains_->index(), ticket.lane, ticket.floor, most, skip)) {
        take(taken.row.event, ticket.lane);
        const EventRow& event = tables.event(taken.row.event);
        claim_.taken[event.id] = {.attempts = taken.row.attempts,
                                  .place = taken.row.place,
                                  .key = event.key,
                                  .before_seq = taken.before_seq};
        if (taken.turn == 1) read.last = std::max(read.last, taken.row.place);
        ++read.events;
      }
      claim_.any_waiting = tables.any_waiting(drains_->index());
    }
    read.more = static_cast<int>(read.events) == most;
  }
  std::ranges::stable_sort(batch_.events, {}, [](const relay::decode::DecodedEvent& e) {
    return std::pair{e.lane, e.event.seq};
  });
  return !batch_.events.empty();
}

void Pass::take(int at, int lane) {
  const EventRow& row = world_.tables.event(at);
  relay::decode::DecodedEvent decoded;
  decoded.event.id = row.id;
  decoded.event.seq = row.seq;
  decoded.event.type = row.type;
  if (row.aggregate) decoded.event.aggregate_id = *row.aggregate;
  if (row.listener_id) decoded.listener_id = *row.listener_id;
  if (row.unreadable) decoded.fault = "it cannot be read";
  decoded.lane = lane;
  batch_.events.push_back(std::move(decoded));
}

void Pass::run() {
  tests::NoTransaction none;  // the handlers here write into the model
  static const relay::engine::Condemned nobody;
  projections::SavepointBudget budget{.left = world_.healed ? 1 : 0};
  static const relay::listeners::Suspects no_suspects;
  tests::DirectHandling handling;
  const relay::engine::Call call{nobody, no_suspects, projections::Order::by_key,
                                 budget, none.tx,     handling};
  const auto chance = [this] { return world_.dice.fraction(); };
  if (drains_ != nullptr) {
    drains_->begin(doings_);
    const relay::engine::HeldFrom held = world_.broken == Broken::held_from
                                             ? relay::engine::HeldFrom{}
                                             : relay::engine::held_from(batch_, claim_);
    parts_.push_back(relay::engine::run_deliveries(*drains_, batch_, held, call));
    drain_ = relay::engine::outcome_of_drain(batch_, parts_[0], claim_, chance);
    left_over_ = drain_.left_over;
    return;
  }
  std::set<LaneKey> keys;
  for (const auto& decoded : batch_.events) {
    if (read_of(decoded.lane).open_deliveries) keys.insert({decoded.lane, decoded.event.key()});
  }
  if (world_.broken != Broken::waiting_held) held_ = world_.tables.held_keys(keys);
  if (world_.broken == Broken::earlier_holds) hold_whole_keys(keys);
  for (const auto& listener : listeners_) {
    if (!duty_->attached.contains(listener->name())) continue;
    listener->begin(doings_);
    parts_.push_back(
        relay::engine::run_listener(*listener, batch_, std::move(held_[listener->name()]), call));
  }
  outcome_ = relay::engine::outcome_of(batch_, parts_, *duty_, chance);
  left_over_ = outcome_.left_over;
}

void Pass::hold_whole_keys(const std::set<LaneKey>& keys) {
  for (auto& [listener, held] : held_) {
    for (const LaneKey& key : keys) {
      if (held.holds(key.key, std::numeric_limits<std::int64_t>::max())) {
        held.hold(key.key, std::numeric_limits<std::int64_t>::min());
      }
    }
  }
}

}  // namespace tests::histories
