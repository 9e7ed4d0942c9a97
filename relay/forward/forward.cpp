#include "relay/forward/forward.hpp"

#include <optional>

#include "projections/failpoint.hpp"
#include "relay/base/in_quotes.hpp"

namespace relay::forward {
namespace {

using projections::FailureKind;
using projections::Fate;

Fate refused(std::string why) {
  return {.kind = Fate::Kind::failed,
          .failure = {FailureKind::refused, "", projections::one_line(why)}};
}

Fate later(const Closed& closed) {
  return {.kind = Fate::Kind::later,
          .failure = {FailureKind::configuration, "", projections::one_line(closed.why)},
          .delay = closed.retry};
}

/// What is to be sent of a batch, and the fates that are known before.
struct Outgoing {
  std::vector<Record> records;
  std::vector<std::size_t> places;  ///< Of the records, in the batch.
  std::vector<Fate> fates;          ///< One per event; those of `places` are not known yet.
};

/// Which topics take nothing. Events of one topic come in rows: each row asks once.
class ClosedTopics {
 public:
  explicit ClosedTopics(const Sink& sink) : sink_(sink) {}

  const std::optional<Closed>& of(const std::string& topic) {
    if (topic_ != topic) {
      closed_ = sink_.closed(topic);
      topic_ = topic;
    }
    return closed_;
  }

 private:
  const Sink& sink_;
  std::string topic_;
  std::optional<Closed> closed_;
};

// A record without an answer is not sent: the whole batch goes back.
void demand_answers(const std::vector<Receipt>& receipts, const std::vector<Record>& records) {
  if (projections::sabotaged("receipt_acknowledged_by_default")) return;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i < receipts.size() && receipts[i].kind != Receipt::Kind::unknown) continue;
    throw SinkDown{"a fault of Freshet's own: nobody said what became of a record for the topic " +
                   in_quotes(records[i].topic) + "; its batch is sent again"};
  }
}

}  // namespace

std::vector<Fate> Forward::send(const projections::Batch& batch, projections::HeldKeys& held,
                                projections::Order order) {
  const bool ordered = order == projections::Order::by_key;
  const bool blocks = ordered && on_dead_ == projections::OnDead::block;
  ClosedTopics topics{*sink_};
  Outgoing out;
  out.fates.resize(batch.size());
  for (std::size_t at = 0; at < batch.size(); ++at) {
    const projections::Event& event = batch[at];
    if (ordered && held.holds(event.key(), event.seq)) {
      out.fates[at].kind = Fate::Kind::waiting;
      continue;
    }
    std::string fault;
    try {
      Record record = record_of(recipe_, event);
      fault = sink_->fault_of(record);
      if (fault.empty()) {
        if (const auto& closed = topics.of(record.topic)) {
          out.fates[at] = later(*closed);
          if (ordered) held.hold(event.key(), event.seq);
          continue;
        }
        out.records.push_back(std::move(record));
        out.places.push_back(at);
        continue;
      }
    } catch (const std::invalid_argument& error) {
      fault = error.what();
    }
    out.fates[at] = refused(fault);
    if (blocks) held.hold(event.key(), event.seq);
  }
  if (out.records.empty()) return std::move(out.fates);

  const std::vector<Receipt> receipts = sink_->send(out.records);
  demand_answers(receipts, out.records);
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const std::size_t at = out.places[i];
    Fate& fate = out.fates[at];
    switch (receipts[i].kind) {
      case Receipt::Kind::unknown:       // sabotaged
      case Receipt::Kind::acknowledged:  // also behind one that was not: it is in the topic
        fate = {.kind = Fate::Kind::done, .fresh = true};
        break;
      case Receipt::Kind::refused: fate = refused(receipts[i].why); break;
      case Receipt::Kind::closed:
        if (ordered && held.holds(batch[at].key(), batch[at].seq)) {
          fate.kind = Fate::Kind::waiting;
          break;
        }
        fate = later(sink_->closed(out.records[i].topic)
                         .value_or(Closed{receipts[i].why, std::chrono::seconds{1}}));
        if (ordered) held.hold(batch[at].key(), batch[at].seq);
        break;
    }
  }
  return std::move(out.fates);
}

}  // namespace relay::forward
