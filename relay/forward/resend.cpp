#include "relay/forward/resend.hpp"

#include <exception>

#include "projections/failure.hpp"
#include "relay/base/in_quotes.hpp"

namespace relay::forward {

Resend::Resend(Recipe recipe, const std::string& topic, std::shared_ptr<Sink> sink)
    : own_topic_(recipe.topic), recipe_(std::move(recipe)), topic_(topic), sink_(std::move(sink)) {
  recipe_.topic = projections::EventTemplate{topic, "topic"};
}

Resent Resend::send(const std::vector<projections::Event>& events) const {
  Resent resent;
  resent.faults.resize(events.size());
  std::vector<Record> records;
  std::vector<std::size_t> places;  // of the records, among the events
  for (std::size_t at = 0; at < events.size(); ++at) {
    if (is_own_topic(events[at])) {
      resent.halt = "event " + std::string{events[at].id} + " goes to topic " + in_quotes(topic_) +
                    " in live traffic, too, and would be mixed into it; choose another topic";
      return resent;
    }
    try {
      Record record = record_of(recipe_, events[at]);
      resent.faults[at] = sink_->fault_of(record);
      if (!resent.faults[at].empty()) continue;
      records.push_back(std::move(record));
      places.push_back(at);
    } catch (const std::invalid_argument& error) {
      resent.faults[at] = projections::one_line(error.what());
    }
  }
  if (records.empty()) return resent;
  if (const auto closed = sink_->closed(topic_)) {
    resent.halt = closed->why;
    return resent;
  }
  const std::vector<Receipt> receipts = sink_->send(records);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i >= receipts.size() || receipts[i].kind == Receipt::Kind::unknown) {
      throw SinkDown{"a fault of Freshet's own: nobody said what became of a record"};
    }
    if (receipts[i].kind == Receipt::Kind::refused) {
      // "" would say that it was sent
      resent.faults[places[i]] = receipts[i].why.empty() ? "refused" : receipts[i].why;
    }
    if (receipts[i].kind == Receipt::Kind::closed) resent.halt = receipts[i].why;
  }
  return resent;
}

bool Resend::is_own_topic(const projections::Event& event) const {
  try {
    return own_topic_.text_of(event) == topic_;
  } catch (const std::exception&) {
    return false;  // it has no topic of its own
  }
}

}  // namespace relay::forward
