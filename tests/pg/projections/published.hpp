#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/event.hpp"
#include "projections/projections.hpp"

namespace tests {

/// Events that stand in `event_publication` and, at the same addresses, in memory.
class Published {
 public:
  explicit Published(const std::string& url) : url_(url) {}

  /// Inserts one event with aggregate type "t"; an empty key is none. Committed at once.
  void add(const std::string& key, const std::string& payload = "{}",
           const std::string& type = "Happened");

  [[nodiscard]] std::span<const projections::Event> events() const { return events_; }
  [[nodiscard]] projections::Batch batch() const { return projections::Batch{events_}; }
  /// A part of them: [from, to).
  [[nodiscard]] projections::Batch batch(std::size_t from, std::size_t to) const {
    return projections::Batch{events().subspan(from, to - from)};
  }

 private:
  std::string url_;
  std::deque<std::string> texts_;
  std::vector<projections::Event> events_;
};

/// A projection with default options; `name` is "p" unless said otherwise.
[[nodiscard]] projections::Projection projection_of(projections::HandlerPtr handler,
                                                    const std::string& guard = "",
                                                    const std::string& name = "p");

}  // namespace tests
