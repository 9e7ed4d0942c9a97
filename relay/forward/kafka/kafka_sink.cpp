#include "relay/forward/kafka/kafka_sink.hpp"

#include <algorithm>
#include <charconv>

#include "projections/failpoint.hpp"
#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/flow/outage.hpp"
#include "relay/forward/kafka/sending.hpp"

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;
using Outcome = flow::Breaker::Outcome;
using State = flow::Breaker::State;

constexpr auto keep_house_every = 100ms;
constexpr auto permit_pause = 2ms;
// A probe asks for metadata, once for the whole process, which brokers hardly notice; whoever waits
// for what piled up does.
constexpr auto pause_most = 10'000ms;
// Each of them has waited for its whole time already.
constexpr int failures_in_a_row = 3;

// librdkafka's own default is 1,000,000 for the whole record.
std::size_t record_bytes_max(const Config& settings) {
  std::size_t most = 1'000'000;
  for (const auto& [name, value] : settings) {
    if (name != "message.max.bytes") continue;
    std::from_chars(value.data(), value.data() + value.size(), most);
  }
  return most;
}

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
    : options_(std::move(options)),
      config_(config_of(options_)),
      record_bytes_max_(record_bytes_max(options_.settings)),
      breaker_({.failures_in_a_row = failures_in_a_row,
                .pause_most = pause_most,
                .callers = options_.callers,
                .begins_open = true}),
      producer_(std::make_shared<Producer>(config_)) {
  keeper_ = std::jthread{[this](const std::stop_token& stop) { keep_house(stop); }};
}

KafkaSink::~KafkaSink() = default;

std::vector<Receipt> KafkaSink::send(const std::vector<Record>& records) {
  const auto deadline = Clock::now() + options_.timeout;
  const flow::Breaker::Permit permit = this->permit(deadline);
  const auto producer = this->producer();
  try {
    projections::failpoint("forward_before_send");
    auto receipts = Sending{*producer, topics_, records, deadline}.run();
    projections::failpoint("forward_after_send");
    report(permit, Outcome::worked, "");
    return receipts;
  } catch (const SinkDown& down) {
    retire(producer);
    report(permit, Outcome::failed, down.what());
    throw;
  } catch (...) {
    producer->fail_for_good();  // only a failpoint throws anything else
    retire(producer);
    report(permit, Outcome::failed, "a fault was let in");
    throw SinkDown{"a fault was let in"};
  }
}

// After an outage callers come back a few at a time; at first they wait for the keeper's answer.
flow::Breaker::Permit KafkaSink::permit(Clock::time_point deadline) {
  flow::Breaker::View view = breaker_.view();
  while (Clock::now() < deadline && (view.state == State::closed || view.why.empty())) {
    if (view.state == State::closed) {
      if (const auto permit = breaker_.ask()) return *permit;
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

void KafkaSink::report(flow::Breaker::Permit permit, Outcome outcome, const std::string& why) {
  breaker_.report(permit, outcome, why);
  if (outcome == Outcome::worked) return;  // nothing waits for that
  const std::lock_guard lock{mutex_};      // or the keeper may just have looked
  wake_.notify_all();
}

std::string KafkaSink::fault_of(const Record& record) const {
  const std::size_t bytes = bytes_of(record);
  if (bytes <= record_bytes_max_) return "";
  return "the record would have " + std::to_string(bytes) +
         " bytes; message.max.bytes of [kafka.options] allows " + std::to_string(record_bytes_max_);
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

std::shared_ptr<Producer> KafkaSink::producer() {
  const std::lock_guard lock{mutex_};
  return producer_;
}

void KafkaSink::retire(const std::shared_ptr<Producer>& producer) {
  const std::lock_guard lock{mutex_};
  if (producer_ != producer) return;  // somebody else's records failed with ours
  log::info("the producer is replaced", {{"brokers", options_.brokers}});
  retired_.push_back(std::exchange(producer_, std::make_shared<Producer>(config_)));
  wake_.notify_all();
}

void KafkaSink::keep_house(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, stop,
                 [this] { return !retired_.empty() || breaker_.view().state != State::closed; });
    }
    bury_retired();
    probe();
    pause_for(keep_house_every, stop);
  }
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
  const auto permit = breaker_.ask();
  if (!permit) return;
  const auto asked = producer();
  const int code = asked->ask("", Producer::metadata_time);
  if (code == 0) return report(*permit, Outcome::worked, "");
  report(*permit, Outcome::failed, asked->reason(code));
}

}  // namespace relay::forward::kafka
