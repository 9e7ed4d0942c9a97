#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "relay/forward/sink.hpp"

namespace tests {

/// A sink in memory that keeps what a broker would: topics that exist, what each holds, and what
/// refuses, closes or is down.
class FakeSink final : public relay::forward::Sink {
 public:
  struct Kept {
    std::string key;
    std::optional<std::string> value;
    std::vector<relay::forward::Header> headers;
  };
  using Receipt = relay::forward::Receipt;

  std::vector<Receipt> send(const std::vector<relay::forward::Record>& records) override {
    const std::lock_guard lock{mutex_};
    if (!down.empty()) throw relay::forward::SinkDown{down};
    std::vector<Receipt> receipts;
    for (const auto& record : records) {
      if (unknown.contains(record.topic)) {
        receipts.push_back({Receipt::Kind::closed, "no topic \"" + record.topic + "\""});
      } else if (record.value && refused.contains(std::string{*record.value})) {
        receipts.push_back({Receipt::Kind::refused, "refused"});
      } else {
        topics[record.topic].push_back({record.key,
                                        record.value ? std::optional{std::string{*record.value}}
                                                     : std::optional<std::string>{},
                                        record.headers});
        receipts.push_back({.kind = Receipt::Kind::acknowledged, .why = ""});
      }
    }
    if (forgets_the_last) receipts.back() = {};
    return receipts;
  }
  [[nodiscard]] std::string fault_of(const relay::forward::Record& record) const override {
    const std::lock_guard lock{mutex_};
    return record.value.value_or("").size() > largest ? "too large" : "";
  }
  [[nodiscard]] std::optional<relay::forward::Closed> closed(
      const std::string& topic) const override {
    const std::lock_guard lock{mutex_};
    if (!shut.contains(topic)) return std::nullopt;
    return relay::forward::Closed{"\"" + topic + "\" is shut", std::chrono::seconds{1}};
  }
  [[nodiscard]] bool available() const override { return trouble().empty(); }
  [[nodiscard]] std::string trouble() const override {
    const std::lock_guard lock{mutex_};
    return down;
  }

  /// Changes what is below while others send.
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock{mutex_};
    change(*this);
  }
  /// What a topic holds, in its order; also while others send.
  [[nodiscard]] std::vector<Kept> kept(const std::string& topic) const {
    const std::lock_guard lock{mutex_};
    const auto found = topics.find(topic);
    return found == topics.end() ? std::vector<Kept>{} : found->second;
  }

  /// The values of a topic, in their order.
  [[nodiscard]] std::vector<std::string> values(const std::string& topic) const {
    std::vector<std::string> all;
    for (const Kept& kept : kept(topic)) all.push_back(kept.value.value_or("(none)"));
    return all;
  }

  std::map<std::string, std::vector<Kept>> topics;
  std::string down;               ///< Why nothing goes; "" when it does.
  std::set<std::string> unknown;  ///< Topics that the broker does not have.
  std::set<std::string> shut;     ///< Topics that are left alone.
  std::set<std::string> refused;  ///< Values that the broker does not take.
  std::size_t largest = 1000000;  ///< Bytes of a value.
  bool forgets_the_last = false;  ///< Answers for all but the last record of a batch.

 private:
  mutable std::mutex mutex_;
};

}  // namespace tests
