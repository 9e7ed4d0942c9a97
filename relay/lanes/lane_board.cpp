#include "relay/lanes/lane_board.hpp"

#include <algorithm>
#include <limits>

namespace relay::lanes {
namespace {

constexpr std::uint64_t stretch = 10'000;  // what 64 lanes give in a turn of 500 events to four

// Places may be negative, and their distance more than a signed number holds.
bool far_ahead(std::int64_t place, std::int64_t of) {
  return place > of && static_cast<std::uint64_t>(place) - static_cast<std::uint64_t>(of) > stretch;
}

}  // namespace

LaneBoard::LaneBoard(int lanes, bool ordered)
    : lanes_(static_cast<std::size_t>(lanes)), ordered_(ordered) {}

std::vector<LaneTicket> LaneBoard::take(int most, Moment now, int shallow) {
  const std::lock_guard lock{mutex_};
  std::vector<LaneTicket> tickets;
  tickets.reserve(lanes_.size());  // nothing throws once a lane is taken
  const std::int64_t behind = furthest_behind(now);
  bool deep = false;
  const auto full = [&] { return std::ssize(tickets) >= (deep ? most : std::max(most, shallow)); };
  for (std::size_t step = 0; step < lanes_.size() && !full(); ++step) {
    const std::size_t at = (next_ + step) % lanes_.size();
    Lane& lane = lanes_[at];
    if (!ready(lane, now)) continue;
    const bool careful = lane.careful_with > 0;
    if (careful && !tickets.empty()) continue;  // it comes alone, in its own turn
    if (lane.deep && std::ssize(tickets) >= most) continue;
    lane.passed_over = lane.deep && !lane.passed_over && far_ahead(lane.floor, behind);
    if (lane.passed_over) continue;
    deep = deep || lane.deep;
    lane.taken = true;
    lane.decided = decided_;
    tickets.push_back({static_cast<int>(at), lane.floor, careful, careful && lane.alone});
    if (careful) break;
  }
  if (!tickets.empty()) next_ = (static_cast<std::size_t>(tickets.back().lane) + 1) % lanes_.size();
  return tickets;
}

// Of the lanes that wait in a backlog. A careful one is slow, and no measure for others.
std::int64_t LaneBoard::furthest_behind(Moment now) const {
  auto behind = std::numeric_limits<std::int64_t>::max();
  for (const Lane& lane : lanes_) {
    if (ready(lane, now) && lane.deep && lane.careful_with == 0) {
      behind = std::min(behind, lane.floor);
    }
  }
  return behind;
}

void LaneBoard::done(int lane, bool more) {
  const std::lock_guard lock{mutex_};
  Lane& entry = lanes_.at(static_cast<std::size_t>(lane));
  entry.deep = more;
  leave(entry, more || entry.found_meanwhile);
}

void LaneBoard::give_back(int lane) {
  const std::lock_guard lock{mutex_};
  leave(lanes_.at(static_cast<std::size_t>(lane)), true);
}

void LaneBoard::leave(Lane& lane, bool has_work) {
  lane.taken = false;
  lane.has_work = has_work;
  lane.found_meanwhile = false;
  lane.pulled_down = false;
}

void LaneBoard::rest(int lane, Moment until) {
  const std::lock_guard lock{mutex_};
  lanes_.at(static_cast<std::size_t>(lane)).rests_until = until;
}

void LaneBoard::be_careful(int lane, std::size_t events) {
  const std::lock_guard lock{mutex_};
  Lane& entry = lanes_.at(static_cast<std::size_t>(lane));
  entry.careful_with = std::max(entry.careful_with, events);
}

void LaneBoard::be_alone(int lane) {
  const std::lock_guard lock{mutex_};
  lanes_.at(static_cast<std::size_t>(lane)).alone = true;
}

void LaneBoard::passed(int lane, std::size_t events, std::int64_t seq) {
  const std::lock_guard lock{mutex_};
  Lane& entry = lanes_.at(static_cast<std::size_t>(lane));
  entry.careful_with = events == 0 ? 0 : entry.careful_with - std::min(entry.careful_with, events);
  entry.alone = false;
  entry.passed_to = seq;
  entry.passed_in = probe_;
}

void LaneBoard::committed_up_to(int lane, std::int64_t seq) {
  const std::lock_guard lock{mutex_};
  Lane& entry = lanes_.at(static_cast<std::size_t>(lane));
  raise_floor(entry, std::min(entry.decided, seq));
}

bool LaneBoard::step_over(int lane, std::int64_t seq) {
  const std::lock_guard lock{mutex_};
  Lane& entry = lanes_.at(static_cast<std::size_t>(lane));
  // Without order nothing below it is missed but by its time: a sweep finds it.
  const std::int64_t to = ordered_ ? std::min(entry.decided, seq) : seq;
  if (!entry.pulled_down) entry.floor = std::max(entry.floor, to);
  const bool over = entry.floor >= seq;
  if (over) entry.left = std::min(entry.left.value_or(seq), seq);
  return over;
}

void LaneBoard::raise_floor(Lane& lane, std::int64_t to) const {
  if (ordered_ && !lane.pulled_down) lane.floor = std::max(lane.floor, to);
}

std::vector<LaneTicket> LaneBoard::begin_probe(bool ahead) {
  const std::lock_guard lock{mutex_};
  ++probe_;
  forgotten_ = false;
  std::vector<LaneTicket> lanes = to_ask(!ordered_);
  if (lanes.empty()) lanes.push_back({0, std::max(lanes_[0].floor, lanes_[0].walked)});
  if (!ahead) return lanes;
  for (LaneTicket& lane : lanes) lane.floor = std::max(lane.floor, watermark_);
  return lanes;
}

void LaneBoard::found(const std::vector<LaneProbe>& probes, std::int64_t decided) {
  const std::lock_guard lock{mutex_};
  if (forgotten_) decided = 0;  // it was decided of a server that may have been another
  decided_ = decided;
  for (const LaneProbe& probe : probes) {
    Lane& lane = lanes_.at(static_cast<std::size_t>(probe.lane));
    // Between here and the floor something may have appeared since it was read.
    const bool all_read = probe.from <= lane.floor;
    const bool reads_on = probe.from <= std::max(lane.floor, lane.walked) && !forgotten_;
    if (probe.lowest) {
      const bool passed_since = lane.passed_in == probe_ && *probe.lowest <= lane.passed_to;
      lane.has_work = lane.has_work || !passed_since;
      if (all_read) lane.floor = std::max(lane.floor, std::min(decided, *probe.lowest - 1));
      if (reads_on) lane.walked = std::max(lane.walked, std::min(watermark_, *probe.lowest - 1));
    } else {
      if (all_read) lane.floor = std::max(lane.floor, std::min(decided, probe.top));
      if (reads_on) walk_on(lane, probe, decided);
    }
  }
}

void LaneBoard::walk_on(Lane& lane, const LaneProbe& probe, std::int64_t decided) const {
  const bool to_its_end = probe.top == std::numeric_limits<std::int64_t>::max();
  if (to_its_end) {
    lane.careful_with = 0;  // whatever it was has left the lane, by our hand or another's
    lane.alone = false;
  }
  const bool rises_if_read_again = probe.from > lane.floor && probe.from <= decided;
  lane.walked = rises_if_read_again ? 0 : to_its_end ? watermark_ : probe.top;
}

void LaneBoard::walk_again() {
  const std::lock_guard lock{mutex_};
  for (Lane& lane : lanes_) lane.walked = 0;
}

void LaneBoard::swept(const std::vector<LaneProbe>& probes) {
  const std::lock_guard lock{mutex_};
  for (const LaneProbe& probe : probes) {
    Lane& lane = lanes_.at(static_cast<std::size_t>(probe.lane));
    if (!probe.lowest || *probe.lowest > std::max(lane.floor, lane.walked)) continue;
    lane.walked = 0;
    mark(lane);
    if (*probe.lowest > lane.floor) continue;
    lane.floor = *probe.lowest - 1;
    if (lane.left && *lane.left > lane.floor) lane.left.reset();
    lane.pulled_down = lane.taken;
  }
}

void LaneBoard::found_work(const std::vector<int>& lanes) {
  const std::lock_guard lock{mutex_};
  for (const int lane : lanes) mark(lanes_.at(static_cast<std::size_t>(lane)));
}

void LaneBoard::mark(Lane& lane) {
  lane.has_work = true;
  lane.found_meanwhile = lane.taken;
}

void LaneBoard::set_watermark(std::int64_t number) {
  const std::lock_guard lock{mutex_};
  watermark_ = number;
}

void LaneBoard::looked(const std::vector<LaneProbe>& probes) {
  const std::lock_guard lock{mutex_};
  for (const LaneProbe& probe : probes) {
    Lane& lane = lanes_.at(static_cast<std::size_t>(probe.lane));
    const bool to_its_end = probe.top == std::numeric_limits<std::int64_t>::max();
    if (probe.from <= lane.floor && !lane.pulled_down) {
      lane.floor = std::max(lane.floor, std::min(probe.nothing_to(), watermark_));
    }
    const bool walks_on = !probe.lowest && !to_its_end && probe.top > lane.floor;
    lane.walked = walks_on ? probe.top : 0;
    if (probe.lowest) mark(lane);
  }
}

void LaneBoard::read_up_to(int lane, std::int64_t place) {
  const std::lock_guard lock{mutex_};
  raise_floor(lanes_.at(static_cast<std::size_t>(lane)), std::min(place, watermark_));
}

void LaneBoard::forget_floors() {
  const std::lock_guard lock{mutex_};
  forgotten_ = true;
  decided_ = watermark_ = 0;
  for (Lane& lane : lanes_) {
    lane.floor = lane.decided = lane.walked = 0;
    lane.left.reset();
  }
}

void LaneBoard::start_from(const std::vector<std::int64_t>& floors) {
  const std::lock_guard lock{mutex_};
  for (std::size_t at = 0; at < std::min(floors.size(), lanes_.size()); ++at) {
    lanes_[at].floor = std::max(lanes_[at].floor, floors[at]);
  }
}

std::int64_t LaneBoard::floor_of(int lane) const {
  const std::lock_guard lock{mutex_};
  return lanes_.at(static_cast<std::size_t>(lane)).floor;
}

std::vector<std::int64_t> LaneBoard::floors_to_keep() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::int64_t> floors;
  floors.reserve(lanes_.size());
  for (const Lane& lane : lanes_) {
    // Without order it was stepped over before it was decided what may still appear below.
    floors.push_back(lane.left ? std::min({lane.floor, *lane.left - 1, decided_}) : lane.floor);
  }
  return floors;
}

std::vector<LaneTicket> LaneBoard::unmarked() const {
  const std::lock_guard lock{mutex_};
  return to_ask(false);
}

std::vector<LaneTicket> LaneBoard::to_ask(bool all) const {
  std::vector<LaneTicket> lanes;
  for (std::size_t at = 0; at < lanes_.size(); ++at) {
    const Lane& lane = lanes_[at];
    if (!all && lane.has_work && !lane.taken) continue;
    lanes.push_back({static_cast<int>(at), std::max(lane.floor, lane.walked)});
  }
  return lanes;
}

bool LaneBoard::any_work() const {
  const std::lock_guard lock{mutex_};
  return std::ranges::any_of(lanes_, &Lane::has_work);
}

int LaneBoard::waiting(Moment now) const {
  const std::lock_guard lock{mutex_};
  return static_cast<int>(
      std::ranges::count_if(lanes_, [now](const Lane& lane) { return ready(lane, now); }));
}

bool LaneBoard::deep_waiting(Moment now) const {
  const std::lock_guard lock{mutex_};
  return std::ranges::any_of(lanes_,
                             [now](const Lane& lane) { return lane.deep && ready(lane, now); });
}

int LaneBoard::taken() const {
  const std::lock_guard lock{mutex_};
  return static_cast<int>(std::ranges::count_if(lanes_, &Lane::taken));
}

}  // namespace relay::lanes
