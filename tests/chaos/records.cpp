#include "tests/chaos/records.hpp"

#include <algorithm>

#include "tests/chaos/kafka_client.hpp"

namespace chaos {
namespace {

constexpr std::size_t rows_per_insert = 400;
constexpr std::size_t columns = 9;

Value header(const Record& record, const std::string& name) {
  const auto found =
      std::ranges::find(record.headers, name, [](const auto& header) { return header.first; });
  return found == record.headers.end() ? Value{} : Value{found->second};
}

// Gathers records into statements of a bearable size.
class Inserter {
 public:
  Inserter(Session& db, std::string forward, std::string topic)
      : db_{db}, forward_{std::move(forward)}, topic_{std::move(topic)} {}

  void add(const Record& r) {
    for (Value value : {Value{std::to_string(r.partition)}, Value{std::to_string(r.place)},
                        Value{std::to_string(r.at_ms)}, r.key, header(r, "freshet-event-id"),
                        header(r, "freshet-event-type"), header(r, "freshet-seq"),
                        header(r, "freshet-published-at"), Value{r.value}}) {
      values_.push_back(std::move(value));
    }
    if (values_.size() == columns * rows_per_insert) flush();
  }

  void flush() {
    if (values_.empty()) return;
    std::string rows;
    for (std::size_t at = 1; at <= values_.size(); at += columns) {
      rows += rows.empty() ? "(" : ",(";
      for (std::size_t i = 0; i < columns; ++i) {
        rows += (i == 0 ? "$" : ",$") + std::to_string(at + i);
      }
      rows += ")";
    }
    db_.exec(
        "INSERT INTO chaos_record (forward, topic, part, place, at_ms, record_key, event_id, "
        "type, seq, published_at, kpos, hash) SELECT '" +
            forward_ + "', '" + topic_ +
            "', part::int, place::bigint, at_ms::bigint, key, id::uuid, type, seq::bigint, "
            "at::timestamptz, (body::jsonb->>'kpos')::int, (body::jsonb->>'hash')::bigint "
            "FROM (VALUES " +
            rows + ") r (part, place, at_ms, key, id, type, seq, at, body)",
        values_, std::chrono::minutes{1});
    values_.clear();
  }

 private:
  Session& db_;
  std::string forward_;
  std::string topic_;
  std::vector<Value> values_;
};

}  // namespace

void collect_records(Session& db, const Cast& cast, const std::string& address) {
  for (const Listener& forward : forwards_of(cast)) {
    for (const std::string& topic : forward.topics) {
      Inserter inserter{db, forward.name, topic};
      read_topic(address, topic, [&](const Record& record) { inserter.add(record); });
      inserter.flush();
    }
  }
  db.exec("ANALYZE chaos_record");
}

}  // namespace chaos
