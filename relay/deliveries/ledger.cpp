#include "relay/deliveries/ledger.hpp"

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::deliveries {
namespace {

namespace sql = schema::statements;
using Texts = std::vector<std::string>;

void insert_deliveries(pg::Connection& connection, const std::vector<Delivery>& deliveries) {
  Texts ids, listeners, keys, states, classes, errors;
  std::vector<int> lanes, attempts;
  std::vector<std::int64_t> seqs;
  for (const Delivery& d : deliveries) {
    ids.push_back(d.event_id);
    listeners.push_back(d.listener);
    lanes.push_back(d.lane);
    seqs.push_back(d.seq);
    keys.push_back(d.key);
    states.push_back(d.state);
    attempts.push_back(d.state == "dead" ? 1 : 0);
    classes.push_back(d.error_class);
    errors.push_back(d.error);
  }
  using projections::array_literal;
  connection.exec(sql::insert_deliveries, array_literal(ids), array_literal(listeners),
                  pg::number_array(lanes), pg::number_array(seqs), array_literal(keys),
                  array_literal(states), pg::number_array(attempts), array_literal(classes),
                  array_literal(errors));
}

void insert_attempts(pg::Connection& connection, const Entries& entries) {
  Texts ids, listeners, classes, errors;
  std::vector<int> attempts;
  const auto add = [&](const auto& entry, int attempt) {
    ids.push_back(entry.event_id);
    listeners.push_back(entry.listener);
    attempts.push_back(attempt);
    classes.push_back(entry.error_class);
    errors.push_back(entry.error);
  };
  for (const Delivery& d : entries.deliveries) {
    if (d.state == "dead") add(d, 1);
  }
  for (const Remark& remark : entries.remarks) add(remark, 0);
  if (ids.empty()) return;
  using projections::array_literal;
  connection.exec(sql::insert_attempts, array_literal(ids), array_literal(listeners),
                  pg::number_array(attempts), array_literal(classes), array_literal(errors));
}

}  // namespace

std::map<std::string, projections::HeldKeys> TableLedger::held_keys(
    pg::Connection& connection, const std::vector<int>& lanes,
    const std::set<std::string>& keys) const {
  std::map<std::string, projections::HeldKeys> held;
  const Texts asked{keys.begin(), keys.end()};
  for (const auto& row : connection.exec(sql::held_keys, pg::number_array(lanes),
                                         projections::array_literal(asked))) {
    held[row[0].c_str()].insert(row[1].c_str());
  }
  return held;
}

void TableLedger::record(pg::Connection& connection, const Entries& entries) const {
  if (!entries.deliveries.empty()) insert_deliveries(connection, entries.deliveries);
  insert_attempts(connection, entries);
}

}  // namespace relay::deliveries
