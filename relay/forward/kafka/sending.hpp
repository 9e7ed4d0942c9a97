#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "relay/forward/kafka/producer.hpp"
#include "relay/forward/kafka/topics.hpp"
#include "relay/forward/sink.hpp"

namespace relay::forward::kafka {

/// One `send`: hands records to a producer and makes receipts of the answers.
class Sending {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Places = std::vector<std::size_t>;

  Sending(Producer& producer, Topics& topics, const std::vector<Record>& records, Time deadline)
      : producer_(producer),
        topics_(topics),
        records_(records),
        deadline_(deadline),
        receipts_(records.size()) {}

  /// Sends all of them. @throws SinkDown
  [[nodiscard]] std::vector<Receipt> run();

 private:
  [[nodiscard]] Places first_of_new_topics() const;
  void ask_for(std::size_t place);
  void close(std::size_t place, const std::string& why);
  void send(const Places& places);
  void wait_for(Flight& flight);
  void note(std::size_t place, int code);

  Producer& producer_;
  Topics& topics_;
  const std::vector<Record>& records_;
  const Time deadline_;
  std::vector<Receipt> receipts_;
  /// Topics that took nothing in this run, and why: they stay closed for all of it, however long it
  /// takes, so that no record of theirs is passed over without a receipt.
  std::map<std::string, std::string, std::less<>> closed_;
  const std::string* opened_ = nullptr;  ///< The last record's topic, if that was acknowledged.
  Places doubtful_;  ///< Refused together with others: one of them may be the reason for all.
};

}  // namespace relay::forward::kafka
