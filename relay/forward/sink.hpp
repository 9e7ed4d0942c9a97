#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "relay/forward/record.hpp"

namespace relay::forward {

/// What became of one record.
struct Receipt {
  enum class Kind {
    unknown,       ///< No answer: a fault of the sink's. Never counts as sent.
    acknowledged,  ///< By every replica in sync.
    refused,       ///< This record, for good: too large, invalid.
    closed,        ///< Its topic takes nothing: unknown, or we may not write.
  };
  Kind kind = Kind::unknown;
  std::string why;  ///< One line; empty when acknowledged or unknown.
};

/// A topic that takes nothing for a while.
struct Closed {
  std::string why;                  ///< One line.
  std::chrono::milliseconds retry;  ///< When to try again.
};

/// The records could not be delivered in time: the broker is down, slow or has gone, and the caller
/// must send all of them again. Some may have arrived.
class SinkDown : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where records go. Threads: any number at once.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Sends records in their order and waits until each is answered, within the sink's own deadline.
  /// @return one receipt per record. @throws SinkDown
  [[nodiscard]] virtual std::vector<Receipt> send(const std::vector<Record>& records) = 0;
  /// Why a record would be refused whatever the broker says; empty: it may be sent. Never waits.
  [[nodiscard]] virtual std::string fault_of(const Record& record) const = 0;
  /// Whether the topic takes nothing now. Never waits.
  [[nodiscard]] virtual std::optional<Closed> closed(const std::string& topic) const = 0;
  /// False: the sink is known to be down. Nothing should be claimed for it. Never waits.
  [[nodiscard]] virtual bool available() const = 0;
  /// What an operator should know, one sentence; "" when all is well. Never waits.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

}  // namespace relay::forward
