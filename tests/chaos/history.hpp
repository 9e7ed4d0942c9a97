#pragma once

#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace chaos {

/// What a writer knows of a transaction of its own.
enum class Fate {
  intent,   ///< It began; nothing is known, as when the harness ended then.
  ok,       ///< The server said COMMIT.
  fail,     ///< It did not commit: an error, a rollback, or COMMIT was never sent.
  unknown,  ///< COMMIT was sent and nothing came back.
};

/// The writers' own record, kept in memory and as JSON lines. Threads: any.
class History {
 public:
  /// @param file where the lines go; empty: nowhere.
  explicit History(const std::string& file);

  /// Before anything was sent. @return the transaction's number.
  long intend(int writer, std::vector<std::string> event_ids);
  void decide(long transaction, Fate fate);

  struct Transaction {
    Fate fate = Fate::intent;
    std::vector<std::string> event_ids;
  };
  [[nodiscard]] std::map<long, Transaction> transactions() const;

 private:
  void note(const std::string& line);

  mutable std::mutex mutex_;
  std::map<long, Transaction> transactions_;
  long last_ = 0;
  std::ofstream file_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace chaos
