#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "relay/forward/kafka/producer.hpp"
#include "relay/forward/kafka/set_size.hpp"
#include "relay/forward/kafka/topics.hpp"
#include "relay/forward/sink.hpp"

namespace relay::forward::kafka {

/// One `send`: hands records to a producer and makes receipts of the answers. What one producer
/// leaves without a receipt the next one sends.
class Sending {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Places = std::vector<std::size_t>;

  Sending(Topics& topics, SetSize& set_size, const std::vector<Record>& records, Time deadline)
      : topics_(topics),
        set_size_(set_size),
        records_(records),
        deadline_(deadline),
        receipts_(records.size()) {}

  enum class Ended {
    done,       ///< There is a receipt for each record.
    too_large,  ///< The producer would make sets that a topic refuses: take one of smaller sets.
    doubtful,   ///< A set was refused, or a topic may be closed: take one without sets.
  };
  /// Sends all that have no receipt yet. A producer that sends records one by one always ends with
  /// `done`. @throws SinkDown
  [[nodiscard]] Ended run(Producer& producer);
  /// Makes sets smaller, where refusals showed that they should be.
  void learn_from_refusals();
  /// Once it is done.
  [[nodiscard]] std::vector<Receipt> receipts() && { return std::move(receipts_); }

 private:
  [[nodiscard]] Ended stopped();
  [[nodiscard]] bool is_open(std::size_t place) const;
  [[nodiscard]] Places first_of_new_topics() const;
  [[nodiscard]] Places first_of_new_partitions(const Places& places) const;
  [[nodiscard]] Places rest();
  void ask_for(std::size_t place);
  void close(std::size_t place, const std::string& why);
  [[nodiscard]] bool send_first(const Places& places);
  [[nodiscard]] bool send(const Places& places);
  void wait_for(InFlight& flight);
  void note(std::size_t place, int code, bool alone);
  void note_refusal(std::size_t place, int code, bool alone);

  Producer* producer_ = nullptr;  ///< The one of this run.
  Topics& topics_;
  SetSize& set_size_;
  const std::vector<Record>& records_;
  const Time deadline_;
  std::vector<Receipt> receipts_;
  /// Topics that took nothing in this run, and why: they stay closed for all of it, however long it
  /// takes, so that no record of theirs is passed over without a receipt.
  std::map<std::string, std::string, std::less<>> closed_;
  const std::string* opened_ = nullptr;   ///< The last record's topic, if that was acknowledged.
  std::set<std::string> too_large_sets_;  ///< Topics that refused a set for its size …
  std::set<std::string> too_large_;       ///< … and those that refused a single record for it.
};

}  // namespace relay::forward::kafka
