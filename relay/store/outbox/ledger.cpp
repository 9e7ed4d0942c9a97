#include "relay/store/outbox/ledger.hpp"

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

namespace sql = schema::statements;
using projections::array_literal;
using Texts = std::vector<std::string>;

/// Deliveries as the columns that a statement unnests.
struct Columns {
  Texts ids, listeners, keys, states, classes, errors;
  std::vector<int> lanes, attempts;
  std::vector<std::int64_t> seqs, delays_ms;

  explicit Columns(const std::vector<deliveries::Delivery>& deliveries) {
    for (const deliveries::Delivery& d : deliveries) {
      ids.push_back(d.event_id);
      listeners.push_back(d.listener);
      lanes.push_back(d.lane);
      seqs.push_back(d.seq);
      keys.push_back(d.key);
      states.emplace_back(to_string(d.state));
      attempts.push_back(d.attempts);
      delays_ms.push_back(d.delay ? d.delay->count() : -1);
      classes.push_back(d.error_class);
      errors.push_back(d.error);
    }
  }
};

struct KeyColumns {
  std::vector<int> lanes;
  Texts keys;

  explicit KeyColumns(const std::set<deliveries::LaneKey>& all) {
    for (const deliveries::LaneKey& key : all) {
      lanes.push_back(key.lane);
      keys.push_back(key.key);
    }
  }
};

void insert_deliveries(pg::Script& script, const std::vector<deliveries::Delivery>& deliveries) {
  if (deliveries.empty()) return;
  const Columns c{deliveries};
  script.add(sql::insert_deliveries,
             {array_literal(c.ids), array_literal(c.listeners), pg::number_array(c.lanes),
              pg::number_array(c.seqs), array_literal(c.keys), array_literal(c.states),
              pg::number_array(c.attempts), pg::number_array(c.delays_ms), array_literal(c.classes),
              array_literal(c.errors)});
}

void insert_attempts(pg::Script& script, const std::vector<deliveries::Delivery>& deliveries,
                     const std::vector<deliveries::Remark>& remarks) {
  Texts ids, listeners, classes, errors;
  std::vector<int> attempts;
  const auto add = [&](const auto& entry, int attempt) {
    ids.push_back(entry.event_id);
    listeners.push_back(entry.listener);
    attempts.push_back(attempt);
    classes.push_back(entry.error_class);
    errors.push_back(entry.error);
  };
  for (const deliveries::Delivery& d : deliveries) {
    if (d.failed_now) add(d, d.attempts);
  }
  for (const deliveries::Remark& remark : remarks) add(remark, 0);
  if (ids.empty()) return;
  script.add(sql::insert_attempts,
             {array_literal(ids), array_literal(listeners), pg::number_array(attempts),
              array_literal(classes), array_literal(errors)});
}

void update_deliveries(pg::Connection& connection, const std::string& listener,
                       const std::vector<deliveries::Delivery>& deliveries) {
  if (deliveries.empty()) return;
  const Columns c{deliveries};
  pg::Script{connection}
      .add(sql::plan_by_index)
      .add(sql::update_deliveries,
           {listener, array_literal(c.ids), array_literal(c.states), pg::number_array(c.attempts),
            pg::number_array(c.delays_ms), array_literal(c.classes), array_literal(c.errors)})
      .run();
}

}  // namespace

std::map<std::string, projections::HeldKeys> held_keys(pg::Connection& connection,
                                                       const std::set<deliveries::LaneKey>& keys) {
  std::map<std::string, projections::HeldKeys> held;
  const KeyColumns c{keys};
  for (const auto& row :
       pg::Script{connection}
           .add(sql::plan_by_index)
           .add(sql::held_keys, {pg::number_array(c.lanes), array_literal(c.keys)})
           .run()) {
    held[row[0].c_str()].hold(row[1].c_str(), row[2].as<std::int64_t>());
  }
  return held;
}

void record(pg::Script& script, const deliveries::Entries& entries) {
  insert_deliveries(script, entries.deliveries);
  insert_attempts(script, entries.deliveries, entries.remarks);
}

std::vector<std::string> settle(pg::Connection& connection,
                                const deliveries::Settlement& settlement) {
  update_deliveries(connection, settlement.listener, settlement.changed);
  pg::Script attempts{connection};
  insert_attempts(attempts, settlement.changed, settlement.remarks);
  attempts.run();
  std::vector<std::string> free;
  if (settlement.done.empty()) return free;
  const std::string done = array_literal(settlement.done);
  // Three statements, three snapshots: what another settled while we waited for the lock is seen.
  for (const auto& row : pg::Script{connection}
                             .add(sql::plan_by_index)
                             .add(sql::settle_lock_events, {done})
                             .add(sql::settle_deliveries, {settlement.listener, done})
                             .add(sql::settled_events, {done})
                             .run()) {
    free.emplace_back(row[0].c_str());
  }
  return free;
}

void rehearse_ledger(pg::Script& script) {
  const std::string none = "{}";
  script.add(sql::insert_deliveries, std::vector<std::string>(10, none))
      .add(sql::insert_attempts, std::vector<std::string>(5, none))
      .add(sql::update_deliveries, {"", none, none, none, none, none, none})
      .add(sql::settle_lock_events, {none})
      .add(sql::settle_deliveries, {"", none})
      .add(sql::settled_events, {none})
      .add(sql::promote_waiting, {"", none, none, "1"})
      .add(sql::clear_suspects, {"", none})
      .add(sql::rehearse_rights);
}

void promote(pg::Connection& connection, const std::string& listener,
             const std::set<deliveries::LaneKey>& keys, int most) {
  if (keys.empty()) return;
  const KeyColumns c{keys};
  pg::Script{connection}
      .add(sql::plan_by_index)
      .add(sql::promote_waiting,
           {listener, pg::number_array(c.lanes), array_literal(c.keys), std::to_string(most)})
      .run();
}

}  // namespace relay::store::outbox
