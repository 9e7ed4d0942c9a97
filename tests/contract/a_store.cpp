#include "tests/contract/a_store.hpp"

#include <algorithm>
#include <stdexcept>

namespace tests::contract {

INSTANTIATE_TEST_SUITE_P(Contract, AStore, testing::Values(&in_memory, &in_postgres),
                         [](const auto& made) {
                           return made.param == &in_memory ? "InMemory" : "InPostgres";
                         });

AStore::AStore() = default;
AStore::~AStore() = default;

Sent AStore::publish(const NewEvent& event) {
  const auto writer = world_->open_writer();
  Sent sent = writer->insert(event);
  writer->commit();
  return sent;
}

std::string AStore::key_in(int lane, int nth) {
  for (int n = 0;; ++n) {
    std::string key = "k" + std::to_string(n);
    if (world_->lane_of_key(key) == lane && nth-- == 0) return key;
  }
}

std::vector<LaneTicket> AStore::all_lanes() {
  std::vector<LaneTicket> tickets;
  for (int lane = 0; lane < lanes; ++lane) tickets.push_back({.lane = lane});
  return tickets;
}

std::unique_ptr<WorkerSession> AStore::open_worker(const Limits& limits) {
  more_stores_.push_back(world_->store(limits, "test"));
  return more_stores_.back()->open_worker_session("another");
}

Claim AStore::claim(WorkerSession& by, Payloads payloads) {
  return by.claim_events(all_lanes(), payloads);
}

Claim AStore::claim_deliveries(WorkerSession& by, const std::string& listener, bool skip_dead) {
  return by.claim_deliveries({.listener = listener, .drainer = "", .skip_dead = skip_dead},
                             all_lanes());
}

Claim AStore::claim_drained(WorkerSession& by, const std::string& listener) {
  return by.claim_deliveries({.listener = listener, .drainer = listener}, all_lanes());
}

std::vector<std::string> AStore::ids(const Claim& claim) {
  std::vector<std::string> all;
  for (const auto& row : claim.events.rows) all.emplace_back(row.id);
  return all;
}

std::vector<std::string> AStore::ids(const std::vector<Sent>& events) {
  std::vector<std::string> all;
  for (const Sent& event : events) all.push_back(event.id);
  return all;
}

const relay::store::LaneRead& AStore::read_of(const Claim& claim, int lane) {
  const auto found = std::ranges::find(claim.lanes, lane, &relay::store::LaneRead::lane);
  if (found == claim.lanes.end()) throw std::logic_error{"nobody asked for this lane"};
  return *found;
}

relay::listeners::Declaration AStore::declaration(const std::string& name, bool detached,
                                                  bool skip_dead, const std::string& kind) {
  return {
      .name = name, .kind = kind, .patterns = {"*"}, .skip_dead = skip_dead, .detached = detached};
}

void AStore::declare(const std::string& name, bool detached, bool skip_dead,
                     const std::string& kind) {
  scout_->register_listeners({declaration(name, detached, skip_dead, kind)}, {});
}

relay::listeners::Registered::Entry AStore::listener(const std::string& name) {
  return scout_->registered().listeners.at(name);
}

std::string AStore::version() {
  return scout_->registered().version();
}

Delivery AStore::delivery(const Sent& event, const std::string& listener, Delivery::State state) {
  Delivery made{.event_id = event.id,
                .listener = listener,
                .lane = event.lane,
                .seq = event.seq,
                .key = event.key,
                .state = state};
  if (state == retrying) made.delay = std::chrono::seconds{60};
  if (state == dead || state == retrying) {
    made.attempts = 1;
    made.failed_now = true;
    made.error_class = "event";
    made.error = "boom";
  }
  return made;
}

void AStore::owe(const std::vector<Delivery>& deliveries) {
  std::set<std::string> events;
  for (const Delivery& one : deliveries) events.insert(one.event_id);
  (void)claim();
  worker_->end({.park = {events.begin(), events.end()}, .entries = {.deliveries = deliveries}});
}

std::string AStore::states(const std::string& listener) {
  std::string text;
  for (const Owed& one : world_->owed_to(listener)) text += (text.empty() ? "" : " ") + one.state;
  return text;
}

Owed AStore::owed(const std::string& listener, const std::string& event_id) {
  const auto all = world_->owed_to(listener);
  const auto found = std::ranges::find(all, event_id, &Owed::event_id);
  if (found == all.end()) throw std::logic_error{"nothing is owed of it"};
  return *found;
}

void AStore::settle(const std::string& listener, const std::vector<Sent>& done,
                    const std::vector<Delivery>& changed, const std::set<LaneKey>& promote) {
  BatchEnd end;
  end.settlement = {.listener = listener, .done = ids(done), .changed = changed, .remarks = {}};
  if (!promote.empty()) end.promote[listener] = promote;
  worker_->end(end);
}

projections::Failure AStore::failure_of(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (...) {
    return projections::current_failure();
  }
}

}  // namespace tests::contract
