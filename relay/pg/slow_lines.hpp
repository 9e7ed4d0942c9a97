#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace relay::pg {

/// Keeps the log readable while everything is slow: of one statement in one database a line in ten
/// seconds. Remembers `most` pairs of them; while all of those are fresh, others get no line at
/// all. Threads: any.
class SlowLines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds every{10};
  static constexpr std::size_t most = 1'000;

  /// A slow statement ended at `now`. @return how many of its kind got no line since the last that
  /// did; nothing: neither does this one.
  [[nodiscard]] std::optional<std::int64_t> next(const std::string& database,
                                                 const std::string& statement, Time now);

  /// The process's own, since the connections of a database are many. Never destroyed.
  static SlowLines& shared();

 private:
  struct Line {
    Time said;
    std::int64_t left_out = 0;  ///< Since then.
  };

  std::mutex mutex_;  ///< Guards `lines_`.
  std::map<std::pair<std::string, std::string>, Line> lines_;
};

}  // namespace relay::pg
