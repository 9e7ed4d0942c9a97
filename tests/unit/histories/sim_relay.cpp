#include "tests/unit/histories/sim_relay.hpp"

#include <algorithm>
#include <limits>

namespace tests::histories {

namespace claim = relay::claim;
namespace listeners = relay::listeners;

namespace {

void keep(const World::Floors& floors, World::Floors& kept) {
  kept.resize(floors.size());
  for (std::size_t lane = 0; lane < floors.size(); ++lane) {
    kept[lane] = std::max(kept[lane], floors[lane]);
  }
}

}  // namespace

void SimRelay::start(std::vector<projections::ProjectionOptions> listeners) {
  for (auto& pass : passes_) pass.reset();
  own_.clear();
  declarations_.clear();
  for (projections::ProjectionOptions& options : listeners) {
    declarations_.push_back({.name = options.name,
                             .kind = "projection",
                             .patterns = options.events,
                             .skip_dead = options.on_dead == projections::OnDead::skip,
                             .detached = options.detached});
    own_.push_back(std::make_unique<SimListener>(world_, std::move(options)));
  }
  board_.emplace(lane_count);
  board_->start_from(world_.kept_floors);
  for (std::size_t at = 0; at < delivery_boards_.size(); ++at) {
    delivery_boards_.at(at).emplace(lane_count).start_from(world_.kept_delivery_floors.at(at));
  }
  keeper_ = {};
  duty_.reset();
  judged_.reset();
  at_start_ = true;
  scout_step_ = 0;
}

claim::Moment SimRelay::now() const {
  return claim::Moment{std::chrono::milliseconds{world_.tables.now_ms}};
}

SimRelay::Board& SimRelay::board_of(const SimListener* drained) {
  if (drained == nullptr) return board_;
  return delivery_boards_[static_cast<std::size_t>(drained->index())];
}

listeners::Registered SimRelay::read_registered() const {
  listeners::Registered registered;
  registered.settings["listeners_version"] = std::to_string(world_.tables.listeners_version);
  for (const ListenerRow& row : world_.tables.listeners) {
    if (!row.there) continue;
    // Of a relay that was rolled back nothing has been seen for a while.
    const std::int64_t seen = world_.healed || world_.dice.percent(70) ? 0 : 60'000;
    registered.listeners[row.declaration.name] = {.declaration = row.declaration,
                                                  .state = row.state,
                                                  .paused_by = {},
                                                  .others_seen_ms = seen};
  }
  return registered;
}

// Under the locks of its lanes.
void SimRelay::register_listeners(const std::vector<listeners::Declaration>& declarations) {
  Tables& tables = world_.tables;
  for (const listeners::Declaration& own : declarations) {
    const int index = Tables::listener_of(own.name);
    ListenerRow& row = tables.listener(index);
    if (!row.there || row.state == "retired") row.state = "active";
    row.there = true;
    row.declaration = own;
    if (own.skip_dead) tables.release_behind_dead(index);
  }
  ++tables.listeners_version;
}

void SimRelay::judge() {
  listeners::Registered registered = read_registered();
  const auto wanted = listeners::to_register(declarations_, registered, at_start_);
  if (!wanted.empty()) {
    if (!world_.tables.all_lanes_free()) return;  // not had in time: another look later
    register_listeners(wanted);
    registered = read_registered();
    changed_ = true;
  }
  at_start_ = false;
  duty_ = std::make_shared<const listeners::Duty>(listeners::duty_of(declarations_, registered));
  judged_ = duty_;
}

void SimRelay::scout() {
  switch (scout_step_++) {
    case 0:
      if (duty_ == nullptr || world_.dice.percent(30) || world_.healed) judge();
      if (judged_ == nullptr) scout_step_ = 0;
      return;
    case 1:
      decided_ = keeper_.decided();
      probe(false);
      return;
    case 2:
      board_->found(probes_, decided_);
      if (world_.dice.percent(20)) keep_floors();
      changed_ = true;
      return;
    case 3:
      if (!keeper_.wants_to_know(last_seq_)) return;
      keeper_.observe(last_seq_, world_.broken == Broken::open_writers
                                     ? std::set<std::string>{}
                                     : world_.tables.open_writers);
      return;
    case 4: look_for_deliveries(false); return;
    default:
      scout_step_ = 0;
      if (!world_.healed && !world_.dice.percent(10)) return;
      probe(true);
      board_->swept(probes_);
      look_for_deliveries(true);
  }
}

void SimRelay::probe(bool from_start) {
  probes_.clear();
  if (from_start) {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    for (int lane = 0; lane < lane_count; ++lane) {
      probes_.push_back({lane, world_.tables.probe_lane(lane, lowest)});
    }
    return;
  }
  for (const claim::LaneTicket& ticket : board_->begin_probe()) {
    const std::int64_t top =
        world_.dice.percent(70) ? ticket.top : ticket.floor + 1 + world_.dice.below(4);
    auto lowest = world_.tables.probe_lane(ticket.lane, ticket.floor);
    if (lowest && *lowest > top) lowest.reset();
    probes_.push_back({ticket.lane, lowest, ticket.floor, top});
  }
  last_seq_ = world_.tables.last_seq;
}

// In the database, for whoever starts next.
void SimRelay::keep_floors() {
  keep(board_->floors_to_keep(), world_.kept_floors);
  for (std::size_t at = 0; at < delivery_boards_.size(); ++at) {
    keep(delivery_boards_.at(at)->floors_to_keep(), world_.kept_delivery_floors.at(at));
  }
}

void SimRelay::look_for_deliveries(bool sweep) {
  for (const auto& listener : own_) {
    if (!judged_->serves(listener->name())) continue;
    claim::LaneBoard& board = *board_of(listener.get());
    if (world_.dice.percent(30)) board.settle(world_.tables.last_place);
    for (int lane = 0; lane < lane_count; ++lane) {
      claim::LaneProbe probe{.lane = lane, .from = sweep ? 0 : board.floor_of(lane)};
      if (!sweep && world_.dice.percent(30)) probe.top = probe.from + 1 + world_.dice.below(4);
      probe.lowest = world_.tables.probe_delivery(listener->index(), lane, probe.from);
      if (probe.lowest && *probe.lowest > probe.top) probe.lowest.reset();
      sweep ? board.swept({probe}) : board.looked({probe});
      if (world_.tables.probe_retry(listener->index(), lane)) board.found_work({lane});
    }
  }
}

bool SimRelay::take(int worker) {
  if (duty_ == nullptr) return false;
  const std::size_t fields = own_.size() + 1;
  for (std::size_t step = 0; step < fields; ++step) {
    const std::size_t at = (next_field_ + step) % fields;
    SimListener* drained = at == 0 ? nullptr : own_[at - 1].get();
    if (drained != nullptr && !duty_->serves(drained->name())) continue;
    auto tickets = board_of(drained)->take(1 + world_.dice.below(lane_count), now());
    if (tickets.empty()) continue;
    next_field_ = at + 1;
    passes_[static_cast<std::size_t>(worker)] =
        std::make_unique<Pass>(world_, duty_, own_, drained, std::move(tickets));
    return true;
  }
  return false;
}

bool SimRelay::work(int worker) {
  auto& pass = passes_[static_cast<std::size_t>(worker)];
  if (pass == nullptr && !take(worker)) return false;
  const Pass::Ended ended = pass->advance();
  if (ended == Pass::Ended::not_yet) return true;
  const std::unique_ptr<Pass> over = std::move(pass);
  if (ended == Pass::Ended::stale) {
    duty_.reset();
    scout_step_ = 0;
    for (const auto& ticket : over->tickets()) board_of(over->drains())->done(ticket.lane, true);
    return true;
  }
  settle(*over);
  changed_ = changed_ || ended == Pass::Ended::committed;
  return true;
}

void SimRelay::abort(int worker) {
  const std::unique_ptr<Pass> over = std::move(passes_[static_cast<std::size_t>(worker)]);
  if (over == nullptr) return;
  ++world_.aborted;
  claim::LaneBoard& board = *board_of(over->drains());
  for (const auto& ticket : over->tickets()) {
    if (world_.dice.percent(30)) board.be_careful(ticket.lane, 1 + world_.dice.below(8));
    board.done(ticket.lane, true);
  }
}

void SimRelay::settle(const Pass& pass) {
  for (const relay::store::LaneRead& read : pass.lanes()) settle_lane(pass, read);
  for (const auto& [name, lanes] : pass.ready()) {
    delivery_boards_[static_cast<std::size_t>(Tables::listener_of(name))]->found_work(
        {lanes.begin(), lanes.end()});
  }
}

void SimRelay::settle_lane(const Pass& pass, const relay::store::LaneRead& read) {
  claim::LaneBoard& board = *board_of(pass.drains());
  if (!read.held) return board.busy(read.lane);
  const bool deliveries = pass.drains() != nullptr;
  if (pass.left_over()) {
    board.be_careful(read.lane, read.events);
  } else {
    board.passed(read.lane, read.events, read.last);
    deliveries ? board.read_up_to(read.lane, read.last)
               : board.committed_up_to(read.lane, read.last);
  }
  board.done(read.lane, read.more || pass.left_over() || (deliveries && read.events > 0));
}

}  // namespace tests::histories
