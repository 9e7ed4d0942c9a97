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
constexpr std::chrono::milliseconds limit_time = 1s;  // to be told how much a topic takes

std::string text_of(int code) {
  return rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code));
}

}  // namespace

Sending::Ended Sending::run(Producer& producer) {
  producer_ = &producer;
  // A topic that may take nothing gets one record first: were some refused and later ones taken,
  // a key would lose its order.
  for (const std::size_t place : first_of_new_topics()) {
    if (topics_.is_shut(records_[place].topic) && !producer.one_by_one()) return Ended::doubtful;
    ask_for(place);
    if (!closed_.contains(records_[place].topic) && !send_first({place})) return stopped();
  }
  if (set_size_.bytes() < producer.set_bytes() && !producer.one_by_one()) return Ended::too_large;
  const Places first = first_of_new_partitions(rest());
  if (!first.empty() && !send_first(first)) return stopped();
  Places others = rest();
  if (projections::sabotaged("receipt_acknowledged_by_default") && others.size() > 1) {
    others.pop_back();
  }
  if (!others.empty() && !send(others)) return stopped();
  learn_from_refusals();
  return Ended::done;
}

Sending::Ended Sending::stopped() {
  return rest().empty() ? Ended::done : Ended::doubtful;
}

bool Sending::is_open(std::size_t place) const {
  return receipts_[place].kind == Receipt::Kind::unknown;
}

Sending::Places Sending::first_of_new_topics() const {
  Places places;
  std::set<std::string_view> seen;
  const std::string* last = nullptr;
  const auto now = Clock::now();
  for (std::size_t place = 0; place < records_.size(); ++place) {
    const std::string& topic = records_[place].topic;
    if ((last != nullptr && *last == topic) || !is_open(place)) continue;
    last = &topic;
    if (!seen.insert(topic).second || closed_.contains(topic)) continue;
    if (!topics_.is_open(topic) || !producer_->begun().knows(topic, now)) places.push_back(place);
  }
  return places;
}

// Behind these a set that is refused stops all that is under way to its partition.
Sending::Places Sending::first_of_new_partitions(const Places& places) const {
  Places first;
  std::set<std::pair<std::string_view, int>> seen;
  const std::string* last = nullptr;
  bool everywhere = false;
  for (const std::size_t place : places) {
    const Record& record = records_[place];
    if (last == nullptr || *last != record.topic) {
      last = &record.topic;
      everywhere = producer_->begun().everywhere(record.topic);
    }
    if (everywhere) continue;
    const auto partition = producer_->begun().not_yet(record.topic, record.key);
    if (partition && seen.emplace(record.topic, *partition).second) first.push_back(place);
  }
  return first;
}

Sending::Places Sending::rest() {
  Places places;
  for (std::size_t place = 0; place < records_.size(); ++place) {
    if (!is_open(place)) continue;
    const auto closed = closed_.empty() ? closed_.end() : closed_.find(records_[place].topic);
    if (closed != closed_.end()) {
      receipts_[place] = {Receipt::Kind::closed, closed->second};
    } else {
      places.push_back(place);
    }
  }
  return places;
}

void Sending::ask_for(std::size_t place) {
  const std::string& topic = records_[place].topic;
  const auto left = [this] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  };
  const int code = producer_->ask(topic, std::min(left(), Producer::metadata_time));
  switch (meaning_of(code)) {
    case Meaning::acknowledged:
      if (set_size_.wants(topic, Clock::now())) {
        set_size_.learn(topic, producer_->limit_of(topic, std::min(left() / 4, limit_time)),
                        Clock::now());
      }
      return;
    case Meaning::closed:
    case Meaning::refused: close(place, why_closed(topic, code)); return;
    case Meaning::down: throw SinkDown{producer_->reason(code)};
  }
}

void Sending::close(std::size_t place, const std::string& why) {
  const std::string& topic = records_[place].topic;
  topics_.close(topic, why, Clock::now());
  closed_[topic] = why;
  receipts_[place] = {Receipt::Kind::closed, why};
}

bool Sending::send_first(const Places& places) {
  const bool all = send(places);
  for (const std::size_t place : places) {
    if (receipts_[place].kind != Receipt::Kind::acknowledged) continue;
    producer_->begun().note(records_[place].topic, records_[place].key);
  }
  return all;
}

// False: some have no receipt, or the producer stopped at what was refused.
bool Sending::send(const Places& places) {
  const auto flight = producer_->start(records_, places, deadline_);
  const bool early = projections::sabotaged("forward_before_acknowledged");
  if (!early) wait_for(*flight);
  const bool alone = places.size() == 1 || producer_->one_by_one();
  for (std::size_t i = 0; i < places.size(); ++i) {
    note(places[i], early ? RD_KAFKA_RESP_ERR_NO_ERROR : flight->code(i), alone);
  }
  return !producer_->stopped_at_a_gap() &&
         std::ranges::none_of(places, [&](std::size_t place) { return is_open(place); });
}

void Sending::wait_for(InFlight& flight) {
  const auto began = Clock::now();
  while (!flight.wait_until(std::min(deadline_, Clock::now() + look_every))) {
    // What it will not send librdkafka keeps, also what comes back from another broker by now. What
    // is under way is waited for: a second copy, sent meanwhile, might be written before it.
    if (producer_->stopped_at_a_gap()) producer_->drop_queue();
    const auto now = Clock::now();
    const auto gone = producer_->unreachable_since();
    if (now < deadline_ && !(gone && now - std::max(*gone, began) > unreachable_most)) continue;
    const std::string why = producer_->reason(gone ? RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN
                                                   : RD_KAFKA_RESP_ERR__TIMED_OUT);
    producer_->give_up(flight);
    throw SinkDown{why};
  }
}

void Sending::note(std::size_t place, int code, bool alone) {
  const std::string& topic = records_[place].topic;
  switch (meaning_of(code)) {
    case Meaning::acknowledged:
      receipts_[place].kind = Receipt::Kind::acknowledged;
      if (opened_ != nullptr && *opened_ == topic) return;
      if (!topics_.is_open(topic)) topics_.opened(topic);
      opened_ = &topic;
      return;
    case Meaning::refused: note_refusal(place, code, alone); return;
    case Meaning::closed:
      opened_ = nullptr;
      close(place, why_closed(topic, code));
      return;
    case Meaning::down:
      if (!producer_->stopped_at_a_gap()) throw SinkDown{producer_->reason(code)};
  }
}

// Which record of a refused set was the reason is not known: they are sent alone then.
void Sending::note_refusal(std::size_t place, int code, bool alone) {
  const bool too_large = code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
                         code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
  if (too_large) (alone ? too_large_ : too_large_sets_).insert(records_[place].topic);
  if (!alone) return;
  receipts_[place] = {Receipt::Kind::refused, "the broker refused it: " + text_of(code)};
}

void Sending::learn_from_refusals() {
  for (const std::string& topic : too_large_sets_) {
    if (too_large_.contains(topic)) continue;  // which explains the set
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    set_size_.refused(topic, producer_->limit_of(topic, std::min(left, limit_time)), Clock::now());
  }
  too_large_sets_.clear();
}

}  // namespace relay::forward::kafka
