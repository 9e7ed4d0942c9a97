#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "relay/flow/leave.hpp"
#include "relay/forward/kafka/kafka_options.hpp"
#include "relay/forward/kafka/producer.hpp"
#include "relay/forward/kafka/sending.hpp"
#include "relay/forward/kafka/set_size.hpp"
#include "relay/forward/kafka/topics.hpp"
#include "relay/forward/sink.hpp"

namespace relay::forward::kafka {

/// The brokers of one list: one producer for all forwards to them, a breaker, and what is known of
/// their topics.
///
/// A deadline of librdkafka's own (message.timeout.ms) would let a later record of a key overtake
/// one that expired; so records never expire. When the time of a `send` is over, everything under
/// way is given up and the producer with it: its connections close, so that what a stopped broker
/// has not read can never be sent twice by us, and a new producer begins anew. So it is when a set
/// of records is refused: the producer sends nothing behind it, and what it left goes record by
/// record. While the breaker is open a thread of ours asks the brokers for their metadata, so that
/// no transaction waits for it. It begins open. Threads: any.
class KafkaSink final : public Sink {
 public:
  /// Does not wait for the brokers; a `send` does, until they have answered for the first time.
  /// @throws std::invalid_argument: librdkafka does not take a setting.
  explicit KafkaSink(KafkaOptions options);
  /// For tests of what fails on the way: makes each producer, the first one at once.
  using MakeProducer = std::function<std::shared_ptr<Producer>(const Config&)>;
  KafkaSink(KafkaOptions options, MakeProducer make);
  ~KafkaSink() override;

  [[nodiscard]] std::vector<Receipt> send(const std::vector<Record>& records) override;
  [[nodiscard]] std::string fault_of(const Record& record) const override;
  [[nodiscard]] std::optional<Closed> closed(const std::string& topic) const override;
  [[nodiscard]] bool available() const override;
  [[nodiscard]] std::string trouble() const override;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::shared_ptr<Producer> producer(Clock::time_point deadline);
  void send_one_by_one(Sending& sending);
  void retire(const std::shared_ptr<Producer>& producer);
  [[nodiscard]] flow::Leave leave(Clock::time_point deadline);
  [[nodiscard]] std::string outage_sentence(const flow::Breaker::View& view) const;
  void failed(flow::Leave& leave, const std::string& why);

  void keep_house(const std::stop_token& stop);
  void probe();
  void make_producer();
  void bury_retired();

  const KafkaOptions options_;
  const MakeProducer make_;
  const std::size_t record_bytes_most_;
  SetSize set_size_;
  flow::SharedBreaker breaker_;
  Topics topics_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable made_;
  // Guarded by mutex_; null from the end of one until the keeper has made the next.
  std::shared_ptr<Producer> producer_;
  std::string why_none_;                            // guarded by mutex_; why the keeper could not
  std::vector<std::shared_ptr<Producer>> retired_;  // guarded by mutex_; the keeper ends them
  std::jthread keeper_;
};

}  // namespace relay::forward::kafka
