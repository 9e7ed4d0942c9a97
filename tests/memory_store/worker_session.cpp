#include "tests/memory_store/worker_session.hpp"

#include <stdexcept>

#include "tests/memory_store/claim.hpp"
#include "tests/memory_store/ledger.hpp"
#include "tests/memory_store/listener_change.hpp"

namespace tests::memory {

using relay::store::BatchEnd;
using relay::store::Claim;

std::string WorkerSession::server_run() {
  return session_.run([&] {
    session_.pause();
    return session_.database().server_run();
  });
}

Claim WorkerSession::claim_events(const std::vector<relay::lanes::LaneTicket>& tickets,
                                  relay::store::Payloads payloads) {
  return session_.run([&] { return memory::claim_events(session_, options_, tickets, payloads); });
}

Claim WorkerSession::claim_deliveries(const relay::store::DeliveryQueue& queue,
                                      const std::vector<relay::lanes::LaneTicket>& tickets) {
  return session_.run([&] { return memory::claim_deliveries(session_, options_, queue, tickets); });
}

std::map<std::string, projections::HeldKeys> WorkerSession::held_keys(
    const std::set<relay::deliveries::LaneKey>& keys) {
  return session_.run([&] {
    session_.pause();
    const Rows& rows = session_.database().rows();
    std::map<std::string, projections::HeldKeys> held;
    for (const DeliveryRow& row : rows.deliveries) {
      if (!keys.contains({row.lane, row.key})) continue;
      const ListenerRow* listener = rows.listener(row.listener);
      if (listener == nullptr || listener->declaration.detached) continue;
      if (row.state == DeliveryState::dead && listener->declaration.skip_dead) continue;
      held[row.listener].hold(row.key, row.seq);
    }
    return held;
  });
}

std::unique_ptr<relay::store::TimeLimit> WorkerSession::within(std::chrono::milliseconds time) {
  return std::make_unique<Session::Limit>(session_, time);
}

void WorkerSession::run_effect(std::string_view effect) {
  const auto& run = session_.database().hooks().run_effect;
  if (!run) throw std::logic_error{"nobody runs effects here: Hooks::run_effect"};
  session_.pause(Pause::part);
  run(session_.handle(), effect);
}

void WorkerSession::write(const BatchEnd& end) {
  if (end.settlement) {
    complete(session_, settle(session_, *end.settlement));
  }
  if (end.effect) run_effect(*end.effect);
  if (const auto& broken = session_.database().broken_end()) fail_with(*broken);
  record(session_, end.entries);
  complete(session_, end.complete);
  park(session_, end.park);
  for (const auto& [listener, keys] : end.promote) {
    promote(session_, listener, keys, static_cast<std::size_t>(options_.batch_size));
  }
  for (const auto& [listener, ids] : end.suspects_no_more) {
    for (const std::string& id : ids) {
      session_.open_transaction().changes.cleared_suspects.emplace_back(id, listener);
    }
  }
}

void WorkerSession::commit(bool wait_for_disk) {
  session_.pause(Pause::part);
  Database& database = session_.database();
  if (const auto& refuse = database.hooks().refuse_commit) {
    if (const auto why = refuse(session_.handle())) {
      if (why->kind == projections::FailureKind::connection) fail_with(*why);
      session_.rollback();
      throw relay::store::CommitRefused{*why};
    }
  }
  session_.commit(wait_for_disk);
}

std::int64_t WorkerSession::end(const BatchEnd& end) {
  return session_.run([&] {
    session_.pause();
    (void)session_.open_transaction();
    write(end);
    commit(end.wait_for_disk);
    return session_.database().now_us();
  });
}

void WorkerSession::rehearse_end() {
  session_.run([&] {
    session_.begin();
    session_.pause();
    if (const auto& broken = session_.database().broken_end()) fail_with(*broken);
  });
  session_.rollback();
}

void WorkerSession::pause_listener(const std::string& name, const std::string& reason,
                                   const std::string& by) {
  under_lanes_of(session_, {.listeners = {name}}, [&](Transaction& transaction) {
    for (ListenerRow& row : transaction.listeners(session_.database().rows())) {
      if (row.declaration.name != name || row.state != "active") continue;
      row.state = "paused";
      row.reason = reason;
      row.paused_by = by;
      row.since_us = session_.database().now_us();
    }
  });
}

}  // namespace tests::memory
