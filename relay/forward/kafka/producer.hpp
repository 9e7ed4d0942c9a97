#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "relay/forward/kafka/begun.hpp"
#include "relay/forward/kafka/complaint.hpp"
#include "relay/forward/kafka/in_flight.hpp"
#include "relay/forward/record.hpp"

// librdkafka's own names, so that no file includes it for them
struct rd_kafka_s;
struct rd_kafka_topic_s;

namespace relay::forward::kafka {

/// Names and values of librdkafka settings, in the order in which they are set.
using Config = std::vector<std::pair<std::string, std::string>>;

/// One producer of librdkafka and the thread that polls it. Threads: any number at once.
class Producer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Does not wait for a broker. @throws std::invalid_argument with a sentence: librdkafka does not
  /// take a setting. Values are never shown.
  /// @param topics_most how many topics' handles it keeps; names come out of events.
  explicit Producer(const Config& config, std::size_t topics_most = 1'000);
  /// What is under way is dropped without an answer. May take a while. Flights end before.
  virtual ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Hands over records, in their order. A full queue is waited for, until the deadline.
  /// @param places which of the records. @return their flight, which ends when each was answered;
  ///   those that could not be handed over are answered at once. It ends before this producer does.
  [[nodiscard]] virtual std::shared_ptr<InFlight> start(const std::vector<Record>& records,
                                                        const std::vector<std::size_t>& places,
                                                        Time deadline);
  /// Gives up all that is under way, of other sends too: every flight ends soon, and this one is
  /// waited for. It takes nothing any more, or the rest of a batch would arrive without its
  /// beginning. What a broker has already may still be written. @return whether the flight ended.
  virtual bool give_up(InFlight& flight);
  /// Gives up what has not left yet, of other sends too, and takes nothing any more; what is under
  /// way to a broker is answered by it.
  void drop_queue();
  /// How long brokers may take over metadata.
  static constexpr std::chrono::milliseconds metadata_time{4'000};
  /// Asks the brokers for a topic, or only whether they answer, when `topic` is "". Brokers that
  /// cannot be reached at all are not waited for to the end.
  /// @return librdkafka's error code.
  [[nodiscard]] virtual int ask(const std::string& topic, std::chrono::milliseconds time);
  /// Asks for a topic's `max.message.bytes`. @return nothing: no answer, or we may not know.
  [[nodiscard]] virtual std::optional<std::size_t> limit_of(const std::string& topic,
                                                            std::chrono::milliseconds time);
  /// Where it has begun, of the topics that it was asked about.
  [[nodiscard]] Begun& begun() { return begun_; }
  /// How many topics' handles it keeps.
  [[nodiscard]] std::size_t topics() const;
  /// How large its sets of records become, in bytes; one with a record in it may be larger.
  [[nodiscard]] std::size_t set_bytes() const { return set_bytes_; }
  /// Whether each of its records is a set of its own.
  [[nodiscard]] bool one_by_one() const { return one_by_one_; }

  /// It can never send again; "" as long as it can.
  [[nodiscard]] std::string fatal() const;
  /// Whether it stopped because a set was refused: nothing behind that one was sent.
  [[nodiscard]] bool stopped_at_a_gap() const;
  /// Since when no broker can be reached; nothing: one can, or none was tried.
  [[nodiscard]] std::optional<Time> unreachable_since() const;
  /// Why something did not go, for an operator: what is known of this producer and its connections,
  /// or at least what librdkafka's error code means.
  [[nodiscard]] std::string reason(int code) const;

  /// For tests of what follows: the producer thinks that it cannot go on.
  void fail_for_good();

 private:
  struct Callbacks;
  using Topic = std::shared_ptr<rd_kafka_topic_s>;

  [[nodiscard]] Topic topic(const std::string& name);
  int ask_once(rd_kafka_topic_s* about, std::chrono::milliseconds time);
  int produce(const Record& record, rd_kafka_topic_s* topic, InFlight::Seat* seat);
  void keep(const std::shared_ptr<InFlight>& flight);
  void drop(int what);

  const std::size_t topics_most_;
  rd_kafka_s* handle_ = nullptr;
  std::size_t set_bytes_ = 0;
  bool one_by_one_ = false;
  Begun begun_;
  std::map<std::string, Topic> topics_;             // guarded by mutex_
  std::vector<std::shared_ptr<InFlight>> flights_;  // guarded by mutex_; those that have not ended
  std::string fatal_;                               // guarded by mutex_
  Complaint complaint_;                             // guarded by mutex_; of a connection, the last
  int certificate_ = 0;                          // guarded by mutex_; refused last, see Complaint
  std::atomic<Time::rep> unreachable_since_{0};  // of the monotonic clock; 0: not that we know
  mutable std::mutex mutex_;
  std::shared_mutex gate_;  // shared while a record is handed over
  bool given_up_ = false;   // guarded by gate_
  std::jthread poll_;
};

}  // namespace relay::forward::kafka
