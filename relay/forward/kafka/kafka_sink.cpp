#include "relay/forward/kafka/kafka_sink.hpp"

#include <algorithm>

#include "projections/failpoint.hpp"
#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/flow/outage.hpp"

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;
using State = flow::Breaker::State;

constexpr auto keep_house_every = 100ms;
constexpr auto permit_pause = 2ms;
// A probe asks for metadata, once for the whole process, which brokers hardly notice; consumers
// would notice a longer pause.
constexpr auto pause_most = 10'000ms;
// Each of them has waited for its whole time already.
constexpr int failures_in_a_row = 3;

std::size_t bytes_of(const Record& record) {
  constexpr std::size_t per_record = 128;  // lengths, offsets, the batch's head
  constexpr std::size_t per_header = 16;
  std::size_t bytes = per_record + record.key.size() + record.value.value_or("").size();
  for (const Header& header : record.headers) {
    bytes += per_header + header.name.size() + header.value.size();
  }
  return bytes;
}

}  // namespace

KafkaSink::KafkaSink(KafkaOptions options)
    : KafkaSink(std::move(options),
                [](const Config& config) { return std::make_shared<Producer>(config); }) {}

KafkaSink::KafkaSink(KafkaOptions options, MakeProducer make)
    : options_(std::move(options)),
      make_(std::move(make)),
      record_bytes_most_(record_bytes_most(options_)),
      set_size_(set_bytes_most(options_)),
      breaker_({.failures_in_a_row = failures_in_a_row,
                .pause_most = pause_most,
                .callers = options_.callers,
                .begins_open = true}),
      producer_(make_(gapless_config_of(options_, set_size_.bytes()))) {
  keeper_ = std::jthread{[this](const std::stop_token& stop) { keep_house(stop); }};
}

KafkaSink::~KafkaSink() = default;

std::vector<Receipt> KafkaSink::send(const std::vector<Record>& records) {
  const auto deadline = Clock::now() + options_.timeout;
  flow::Leave leave = this->leave(deadline);
  std::shared_ptr<Producer> producer;
  try {
    producer = this->producer(deadline);
    projections::failpoint("forward_before_send");
    Sending sending{topics_, set_size_, records, deadline};
    Sending::Ended ended = sending.run(*producer);
    while (ended == Sending::Ended::too_large) {
      retire(producer);
      producer = this->producer(deadline);
      ended = sending.run(*producer);
    }
    if (producer->stopped_at_a_gap()) retire(producer);
    if (ended == Sending::Ended::doubtful) send_one_by_one(sending);
    projections::failpoint("forward_after_send");
    leave.worked();
    return std::move(sending).receipts();
  } catch (const SinkDown& down) {
    failed(leave, down.what());
    retire(producer);
    throw;
  } catch (const std::exception& error) {
    const std::string why = "a fault of Freshet's own: " + std::string{error.what()};
    failed(leave, why);
    if (producer) producer->fail_for_good();  // or what is under way would arrive without the rest
    retire(producer);
    throw SinkDown{why};
  }
}

// Whose end may take a while: so it is the keeper's from the beginning.
void KafkaSink::send_one_by_one(Sending& sending) {
  const std::shared_ptr<Producer> producer = make_(one_by_one_config_of(options_));
  {
    const std::lock_guard lock{mutex_};
    retired_.push_back(producer);
    wake_.notify_all();
  }
  try {
    (void)sending.run(*producer);
  } catch (const SinkDown&) {
    sending.learn_from_refusals();  // or the next try might take as long
    throw;
  } catch (const std::exception&) {
    producer->fail_for_good();
    throw;
  }
}

// After an outage callers come back a few at a time; at first they wait for the keeper's answer.
flow::Leave KafkaSink::leave(Clock::time_point deadline) {
  flow::Breaker::View view = breaker_.view();
  while (Clock::now() < deadline && (view.state == State::closed || view.why.empty())) {
    if (view.state == State::closed) {
      flow::Leave leave{breaker_};
      if (leave.given()) return leave;
    }
    pause_for(permit_pause, {});
    view = breaker_.view();
  }
  const std::string outage = outage_sentence(view);
  throw SinkDown{outage.empty() ? "Kafka at " + options_.brokers + " has not answered in time"
                                : outage};
}

std::string KafkaSink::outage_sentence(const flow::Breaker::View& view) const {
  return flow::outage_sentence("Kafka at " + options_.brokers, view);
}

void KafkaSink::failed(flow::Leave& leave, const std::string& why) {
  leave.failed(why);
  const std::lock_guard lock{mutex_};  // or the keeper may just have looked
  wake_.notify_all();
}

std::string KafkaSink::fault_of(const Record& record) const {
  const std::size_t bytes = bytes_of(record);
  if (bytes <= record_bytes_most_) return "";
  return "the record would have " + std::to_string(bytes) +
         " bytes; message.max.bytes of [kafka.options] allows " +
         std::to_string(record_bytes_most_);
}

std::optional<Closed> KafkaSink::closed(const std::string& topic) const {
  return topics_.closed(topic, Clock::now());
}

bool KafkaSink::available() const {
  return breaker_.view().state == State::closed;
}

std::string KafkaSink::trouble() const {
  std::string outage = outage_sentence(breaker_.view());
  return outage.empty() ? topics_.sentence() : outage;
}

std::shared_ptr<Producer> KafkaSink::producer(Clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  made_.wait_until(lock, deadline, [this] { return producer_ != nullptr; });
  if (producer_) return producer_;
  throw SinkDown{"there is no producer" + (why_none_.empty() ? why_none_ : ": " + why_none_)};
}

void KafkaSink::retire(const std::shared_ptr<Producer>& producer) {
  const std::lock_guard lock{mutex_};
  if (!producer || producer_ != producer) return;  // others' records failed with ours
  retired_.push_back(producer);
  producer_.reset();
  wake_.notify_all();
  log::info("the producer is replaced", {{"brokers", options_.brokers}});
}

void KafkaSink::keep_house(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, stop, [this] {
        return !producer_ || !retired_.empty() || breaker_.view().state != State::closed;
      });
    }
    try {
      make_producer();
      bury_retired();
      probe();
    } catch (const std::exception& error) {
      log::error("looking after Kafka's producer failed; it is tried again",
                 {{"brokers", options_.brokers}, {"why", error.what()}});
    }
    pause_for(keep_house_every, stop);
  }
}

void KafkaSink::make_producer() {
  {
    const std::lock_guard lock{mutex_};
    if (producer_) return;
  }
  std::shared_ptr<Producer> made;
  std::string why;
  try {
    made = make_(gapless_config_of(options_, set_size_.bytes()));
  } catch (const std::exception& error) {
    why = projections::one_line(error.what());
  }
  const std::lock_guard lock{mutex_};
  producer_ = std::move(made);
  why_none_ = why;
  made_.notify_all();
}

// Ending a producer may take a while, which is this thread's alone.
void KafkaSink::bury_retired() {
  std::vector<std::shared_ptr<Producer>> done;
  const std::lock_guard lock{mutex_};
  std::erase_if(retired_, [&](std::shared_ptr<Producer>& producer) {
    if (producer.use_count() > 1) return false;
    done.push_back(std::move(producer));
    return true;
  });
}

void KafkaSink::probe() {
  if (breaker_.view().state == State::closed) return;
  flow::Leave leave{breaker_};
  if (!leave.given()) return;
  try {
    const auto asked = producer(Clock::now());
    const int code = asked->ask("", Producer::metadata_time);
    if (code == 0) return leave.worked();
    leave.failed(asked->reason(code));
  } catch (const std::exception& error) {
    leave.failed(projections::one_line(error.what()));
  }
}

}  // namespace relay::forward::kafka
