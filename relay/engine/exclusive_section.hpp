#pragma once

#include <functional>
#include <mutex>

#include "relay/lanes/lane_board.hpp"

namespace relay::engine {

/// Lets workers work side by side, or one of them alone. No worker waits here: one that is not let
/// in comes again. While one wants to be alone no other is let in, so that it becomes free.
/// Threads: any.
class ExclusiveSection {
 public:
  class Entry;

  /// @param freed called when a worker that was not let in may be: the one alone has left, or all
  /// have while one wants to be alone.
  explicit ExclusiveSection(std::function<void()> freed) : freed_(std::move(freed)) {}

 private:
  std::function<void()> freed_;
  std::mutex mutex_;
  int inside_ = 0;
  bool alone_ = false;            ///< The one inside is alone.
  lanes::Moment wanted_until_{};  ///< One wants to be alone, and asks again by then.
};

/// Being inside, for as long as this object lives.
class ExclusiveSection::Entry {
 public:
  Entry(ExclusiveSection& section, bool alone, lanes::Moment now);
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  /// False: not now.
  [[nodiscard]] bool inside() const { return inside_; }

 private:
  ExclusiveSection& section_;
  bool alone_;
  bool inside_ = false;
};

}  // namespace relay::engine
