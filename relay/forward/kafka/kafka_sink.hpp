#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "relay/flow/shared_breaker.hpp"
#include "relay/forward/kafka/kafka_options.hpp"
#include "relay/forward/kafka/producer.hpp"
#include "relay/forward/kafka/topics.hpp"
#include "relay/forward/sink.hpp"

namespace relay::forward::kafka {

/// The brokers of one list: one producer for all forwards to them, a breaker, and what is known of
/// their topics.
///
/// A deadline of librdkafka's own (message.timeout.ms) would let a later record of a key overtake
/// one that expired; so records never expire. When the time of a `send` is over, everything under
/// way is given up and the producer with it: its connections close, so that what a stopped broker
/// has not read can never be sent twice by us, and a new producer begins anew. While the breaker is
/// open a thread of ours asks the brokers for their metadata, so that no transaction waits for it.
/// It begins open.
/// Threads: any.
class KafkaSink final : public Sink {
 public:
  /// Waits for nobody; a `send` does, until the brokers have answered for the first time.
  /// @throws std::invalid_argument: librdkafka does not take a setting.
  explicit KafkaSink(KafkaOptions options);
  ~KafkaSink() override;

  [[nodiscard]] std::vector<Receipt> send(const std::vector<Record>& records) override;
  [[nodiscard]] std::string fault_of(const Record& record) const override;
  [[nodiscard]] std::optional<Closed> closed(const std::string& topic) const override;
  [[nodiscard]] bool available() const override;
  [[nodiscard]] std::string trouble() const override;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::shared_ptr<Producer> producer();
  void retire(const std::shared_ptr<Producer>& producer);
  [[nodiscard]] flow::Breaker::Permit permit(Clock::time_point deadline);
  [[nodiscard]] std::string outage_sentence(const flow::Breaker::View& view) const;
  void report(flow::Breaker::Permit permit, flow::Breaker::Outcome outcome, const std::string& why);

  void keep_house(const std::stop_token& stop);
  void probe();
  void bury_retired();

  const KafkaOptions options_;
  const Config config_;
  const std::size_t record_bytes_max_;
  flow::SharedBreaker breaker_;
  Topics topics_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::shared_ptr<Producer> producer_;              // guarded by mutex_; never null
  std::vector<std::shared_ptr<Producer>> retired_;  // guarded by mutex_; the keeper ends them
  std::jthread keeper_;
};

}  // namespace relay::forward::kafka
