#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace relay::forward::kafka {

/// Records that were handed over together and await their answers. One thread waits; another, the
/// producer's, answers.
class InFlight {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// What a record carries along, to find its way back.
  struct Seat {
    InFlight* flight;
    std::size_t place;
  };

  explicit InFlight(std::size_t records);
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  /// Keeps something alive for as long as it lives: what a record under way needs.
  void hold(std::shared_ptr<void> thing) { held_.push_back(std::move(thing)); }
  [[nodiscard]] Seat* seat(std::size_t place) { return &seats_[place]; }
  /// librdkafka's error code of a record, 0 for an acknowledgement. Once per place.
  void answer(std::size_t place, int code);
  /// @return whether every record was answered by then.
  bool wait_until(Time deadline);
  [[nodiscard]] bool ended() const;
  /// The answers, an error until there is one; only once it has ended.
  [[nodiscard]] int code(std::size_t place) const { return codes_[place]; }

 private:
  std::vector<std::shared_ptr<void>> held_;
  std::vector<Seat> seats_;
  std::vector<int> codes_;
  std::size_t open_;  // guarded by mutex_, as are the codes until it is 0
  mutable std::mutex mutex_;
  std::condition_variable all_answered_;
};

}  // namespace relay::forward::kafka
