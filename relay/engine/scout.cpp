#include "relay/engine/scout.hpp"

#include <algorithm>

#include "projections/failpoint.hpp"
#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/deliveries/suspects.hpp"
#include "relay/engine/availability.hpp"
#include "schema/statements.hpp"

namespace relay::engine {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;

constexpr auto judge_every = 2s;
constexpr auto floors_every = 20ms;  // what a read walks over until then are a few dead entries
constexpr auto tell_every = 250ms;
constexpr auto after_trouble = 500ms;  // a statement of our own failed: somebody must look
constexpr std::size_t lanes_per_sweep = 8;
constexpr int sweep_share = 100;  // a sweep's time may be 1 % of all
constexpr auto sweep_pause_least = 2s;

}  // namespace

Scout::Scout(const EngineOptions& options, const Parts& parts, Shared& shared, Trouble& trouble,
             Target& target, flow::AdoptedRecords& remains)
    : options_(options),
      parts_(parts),
      shared_(shared),
      trouble_(trouble),
      target_(target),
      remains_(remains),
      referee_(options, parts),
      deliveries_(parts, shared),
      pace_(options.poll_min, options.poll_max) {}

std::string Scout::refused() const {
  const std::lock_guard lock{refused_mutex_};
  return refused_;
}

void Scout::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !drained_ && refused().empty()) {
    const auto began = Clock::now();
    {
      Target::Call call{target_};
      found_work_ = false;
      if (call.allowed()) take_turn(call, stop);
    }
    if (drained_) return;
    const auto now = Clock::now();
    const auto took = std::chrono::ceil<Pace::Time>(now - began);
    const auto pause = pace_.after({took, found_work_, behind_, backlog_}, now);
    judge_now_ = shared_.scout_pause(pause, stop) || judge_now_;
  }
}

void Scout::take_turn(Target::Call& call, const std::stop_token& stop) {
  try {
    connect();
    look();
    call.worked();
    trouble_.end("scout");
  } catch (const pg::ConnectError& error) {
    if (!stop.stop_requested()) call.failed(error.what());
  } catch (...) {
    const projections::Failure why = projections::current_failure();
    drop_connection();
    if (stop.stop_requested()) return;  // cancelled to end in time
    if (why.kind == projections::FailureKind::connection) return call.failed(why.message);
    call.worked();
    trouble_.begin("scout", "cannot look for work: " + why.message);
    pause_for(after_trouble, stop);
  }
}

void Scout::connect() {
  if (connection_) return;
  auto fresh = std::make_unique<pg::Connection>(
      options_.conninfo, target_.connect_options("scout of " + options_.database));
  // It may be another server than before, whose sequences stand elsewhere.
  keeper_.forget();
  shared_.forget_floors();
  deliveries_.forget();
  deliveries::store_suspects(*fresh, remains_.remains());
  remains_.forget();
  const std::lock_guard lock{connection_mutex_};
  connection_ = std::move(fresh);
}

void Scout::drop_connection() {
  const std::lock_guard lock{connection_mutex_};
  connection_.reset();
}

void Scout::cancel() noexcept {
  const std::lock_guard lock{connection_mutex_};
  if (connection_) connection_->cancel();
}

void Scout::look() {
  if (judge_now_ || Clock::now() - judged_at_ >= judge_every) judge();
  tell_of_listeners();
  if (!duty_) return;
  // What was seen a look ago and is still there: the workers have enough.
  behind_ = shared_.board.waiting(Clock::now()) > 0;
  backlog_ = shared_.board.deep_waiting(Clock::now());
  std::int64_t last_place = 0;
  const bool events = look_for_events(last_place);
  const bool deliveries = deliveries_.look(*connection_, *duty_, last_place);
  found_work_ = (events && first_pass_available(parts_, *duty_)) || deliveries;
  // Whatever a worker lost, nothing waits for it.
  if (!found_work_ && !shared_.obstacles.any_in_trouble(Clock::now())) trouble_.end("statement");
  ring_where_deliveries_wait();
  if (options_.drain && !found_work_ && nobody_at_work()) {
    drained_ = !sweep(static_cast<std::size_t>(shared_.board.size())) &&
               deliveries_.nothing_left(*connection_, *duty_);
  } else if (Clock::now() >= sweep_after_) {
    sweep(lanes_per_sweep);
  }
}

void Scout::tell_of_listeners() {
  const auto now = Clock::now();
  if (now - told_at_ < tell_every) return;
  told_at_ = now;
  for (const Queue& queue : parts_.queues) {
    trouble_.tell(queue.listener->name(), queue.listener->trouble());
  }
}

bool Scout::look_for_events(std::int64_t& last_place) {
  const std::int64_t decided = keeper_.decided();
  std::vector<claim::LaneProbe> found;
  const std::int64_t last_seq = probe(shared_.board.begin_probe(), found, last_place);
  if (last_seq < decided) {
    log::warn("the sequence of events went back; every lane is read from its start");
    keeper_.forget();
    shared_.board.forget_floors();
    return true;
  }
  shared_.board.found(found, decided);
  const auto now = Clock::now();
  if (shared_.board.waiting(now) > 0) shared_.bell.ring();  // before what is asked less often
  if (keeper_.wants_to_know(last_seq) && now - floors_at_ >= floors_every) {
    floors_at_ = now;
    decide_floor(last_seq);
  }
  return shared_.board.any_work() ||
         std::ranges::any_of(found, [](const auto& lane) { return lane.lowest.has_value(); });
}

bool Scout::nobody_at_work() const {
  return shared_.board.taken() == 0 &&
         std::ranges::all_of(shared_.delivery_boards,
                             [](const auto& entry) { return entry.second.taken() == 0; });
}

void Scout::ring_where_deliveries_wait() {
  const auto now = Clock::now();
  for (const auto& [listener, board] : shared_.delivery_boards) {
    if (board.waiting(now) > 0) shared_.ring_for(listener);
  }
}

void Scout::judge() {
  judge_now_ = false;
  judged_at_ = Clock::now();
  std::vector<std::string> faults;
  auto duty = referee_.judge(*connection_, faults);
  if (!duty) {
    duty_.reset();
    shared_.forbid();
    std::string all;
    for (const std::string& fault : faults) all += (all.empty() ? "" : "; ") + fault;
    trouble_.begin("listeners", "not claiming: " + all);
    const std::lock_guard lock{refused_mutex_};
    if (options_.drain) refused_ = all;
    return;
  }
  trouble_.end("listeners");
  if (!duty_ || duty_->version != duty->version) {
    shared_.forget_floors();
    deliveries_.forget();
  }
  duty_ = std::move(duty);
  shared_.allow(duty_);
}

std::int64_t Scout::probe(const std::vector<claim::LaneTicket>& where,
                          std::vector<claim::LaneProbe>& found, std::int64_t& last_place) {
  std::vector<int> lanes;
  std::vector<std::int64_t> floors;
  for (const claim::LaneTicket& ticket : where) {
    lanes.push_back(ticket.lane);
    floors.push_back(ticket.floor);
  }
  const pqxx::result rows =
      pg::Script{*connection_}
          .add("SELECT set_config('statement_timeout', '10000', true)")
          .add(sql::probe_lanes, {pg::number_array(lanes), pg::number_array(floors)})
          .run();
  for (const auto& row : rows) {
    claim::LaneProbe probe{row[0].as<int>(), std::nullopt};
    if (!row[1].is_null()) probe.lowest = row[1].as<std::int64_t>();
    found.push_back(probe);
  }
  last_place = rows[0][3].as<std::int64_t>();
  return rows[0][2].as<std::int64_t>();
}

void Scout::decide_floor(std::int64_t last_seq) {
  std::set<std::string> writers;
  if (projections::sabotaged("floor_by_xmin")) {  // who has no transaction id yet is not seen
    for (const auto& row : connection_->exec("SELECT virtualtransaction FROM pg_locks WHERE "
                                             "locktype = 'transactionid' AND granted")) {
      writers.insert(row[0].c_str());
    }
  } else if (!projections::sabotaged("floor_passes_open_writer")) {
    for (const auto& row : connection_->exec(sql::open_writers)) writers.insert(row[0].c_str());
  }
  keeper_.observe(last_seq, writers);
}

// Finds what lies below the floors: numbers given by hand, a row put back by somebody. A few lanes
// at a time, since it walks every dead entry of the index. @return whether something is pending.
bool Scout::sweep(std::size_t lanes) {
  const auto began = Clock::now();
  bool any = false;
  for (std::size_t swept = 0; swept < lanes; swept += lanes_per_sweep) {
    std::vector<claim::LaneTicket> some;
    for (std::size_t i = 0; i < std::min(lanes_per_sweep, lanes - swept); ++i) {
      some.push_back({static_cast<int>(next_sweep_lane_), INT64_MIN});
      next_sweep_lane_ = (next_sweep_lane_ + 1) % static_cast<std::size_t>(shared_.board.size());
    }
    std::vector<claim::LaneProbe> found;
    std::int64_t last_place = 0;
    probe(some, found, last_place);
    shared_.board.swept(found);
    any =
        any || std::ranges::any_of(found, [](const auto& lane) { return lane.lowest.has_value(); });
  }
  const auto now = Clock::now();
  sweep_after_ = now + std::max<Clock::duration>(sweep_pause_least, (now - began) * sweep_share);
  return any;
}

}  // namespace relay::engine
