#include "relay/forward/kafka/sending.hpp"

#include <algorithm>
#include <set>

#include <librdkafka/rdkafka.h>

#include "projections/failpoint.hpp"
#include "relay/forward/kafka/answers.hpp"

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto look_every = 100ms;     // whether the brokers can be reached at all
constexpr auto unreachable_most = 1s;  // a restart's first moments; then others may try later

std::string text_of(int code) {
  return rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code));
}

}  // namespace

std::vector<Receipt> Sending::run() {
  // A topic that may take nothing gets one record first: were some refused and later ones taken,
  // a key would lose its order.
  const Places first = first_of_new_topics();
  std::vector<bool> sent(records_.size());
  for (const std::size_t place : first) {
    ask_for(place);
    if (!closed_.contains(records_[place].topic)) send({place});
    sent[place] = true;
  }
  Places rest;
  for (std::size_t place = 0; place < records_.size(); ++place) {
    if (sent[place]) continue;
    const auto closed = closed_.empty() ? closed_.end() : closed_.find(records_[place].topic);
    if (closed != closed_.end()) {
      receipts_[place] = {Receipt::Kind::closed, closed->second};
    } else {
      rest.push_back(place);
    }
  }
  if (projections::sabotaged("receipt_acknowledged_by_default") && rest.size() > 1) rest.pop_back();
  if (!rest.empty()) send(rest);
  const Places alone = std::exchange(doubtful_, {});
  for (const std::size_t place : alone) send({place});
  return std::move(receipts_);
}

Sending::Places Sending::first_of_new_topics() const {
  Places places;
  std::set<std::string_view> seen;
  const std::string* last = nullptr;
  for (std::size_t place = 0; place < records_.size(); ++place) {
    const std::string& topic = records_[place].topic;
    if (last != nullptr && *last == topic) continue;
    last = &topic;
    if (seen.insert(topic).second && !topics_.is_open(topic)) places.push_back(place);
  }
  return places;
}

void Sending::ask_for(std::size_t place) {
  const std::string& topic = records_[place].topic;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  const int code = producer_.ask(topic, std::min(left, Producer::metadata_time));
  switch (meaning_of(code)) {
    case Meaning::acknowledged: return;
    case Meaning::closed:
    case Meaning::refused: close(place, why_closed(topic, code)); return;
    case Meaning::down: throw SinkDown{producer_.reason(code)};
  }
}

void Sending::close(std::size_t place, const std::string& why) {
  const std::string& topic = records_[place].topic;
  topics_.close(topic, why, Clock::now());
  closed_[topic] = why;
  receipts_[place] = {Receipt::Kind::closed, why};
}

void Sending::send(const Places& places) {
  const auto flight = producer_.start(records_, places, deadline_);
  const bool early = projections::sabotaged("forward_before_acknowledged");
  if (!early) wait_for(*flight);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const int code = early ? RD_KAFKA_RESP_ERR_NO_ERROR : flight->code(i);
    if (meaning_of(code) == Meaning::refused && places.size() > 1) {
      doubtful_.push_back(places[i]);
    } else {
      note(places[i], code);
    }
  }
}

void Sending::wait_for(Flight& flight) {
  const auto began = Clock::now();
  while (!flight.wait_until(std::min(deadline_, Clock::now() + look_every))) {
    const auto now = Clock::now();
    const auto gone = producer_.unreachable_since();
    if (now < deadline_ && !(gone && now - std::max(*gone, began) > unreachable_most)) continue;
    const std::string why =
        producer_.reason(gone ? RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN : RD_KAFKA_RESP_ERR__TIMED_OUT);
    producer_.give_up(flight);
    throw SinkDown{why};
  }
}

void Sending::note(std::size_t place, int code) {
  const std::string& topic = records_[place].topic;
  switch (meaning_of(code)) {
    case Meaning::acknowledged:
      receipts_[place].kind = Receipt::Kind::acknowledged;
      if (opened_ != nullptr && *opened_ == topic) return;
      if (!topics_.is_open(topic)) topics_.opened(topic);
      opened_ = &topic;
      return;
    case Meaning::refused:
      receipts_[place] = {Receipt::Kind::refused, "the broker refused it: " + text_of(code)};
      return;
    case Meaning::closed:
      opened_ = nullptr;
      close(place, why_closed(topic, code));
      return;
    case Meaning::down: throw SinkDown{producer_.reason(code)};
  }
}

}  // namespace relay::forward::kafka
