#include "relay/pg/slow_lines.hpp"

#include <memory>

namespace relay::pg {

SlowLines& SlowLines::shared() {
  static SlowLines& only = *std::make_unique<SlowLines>().release();
  return only;
}

std::optional<std::int64_t> SlowLines::next(const std::string& database,
                                            const std::string& statement, Time now) {
  const std::lock_guard lock{mutex_};
  const std::pair key{database, statement};
  if (const auto found = lines_.find(key); found != lines_.end()) {
    Line& line = found->second;
    if (now - line.said < every) {
      ++line.left_out;
      return std::nullopt;
    }
    return std::exchange(line, {.said = now}).left_out;
  }
  if (lines_.size() >= most) {
    std::erase_if(lines_, [&](const auto& entry) { return now - entry.second.said >= every; });
  }
  if (lines_.size() >= most) return std::nullopt;
  lines_[key].said = now;
  return 0;
}

}  // namespace relay::pg
