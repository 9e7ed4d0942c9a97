#include "tests/support/stall_meter.hpp"

#include <algorithm>

#include "relay/pg/connection.hpp"

namespace tests {

StallMeter::StallMeter(std::string url, std::string sql)
    : url_(std::move(url)), sql_(std::move(sql)), thread_([this] { work(); }) {}

StallMeter::~StallMeter() {
  stop();
}

void StallMeter::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

StallMeter::Insert StallMeter::longest() const {
  const auto found = std::ranges::max_element(inserts_, {}, &Insert::ms);
  return found == inserts_.end() ? Insert{} : *found;
}

double StallMeter::longest_ms_during(const Insert& span) const {
  double longest = 0;
  for (const Insert& one : inserts_) {
    if (one.begin < span.end && one.end > span.begin) longest = std::max(longest, one.ms());
  }
  return longest;
}

void StallMeter::work() {
  try {
    relay::pg::Connection connection{url_};
    while (!stop_) {
      const auto begin = Clock::now();
      try {
        connection.exec(sql_);
      } catch (const std::exception& error) {
        if (failed_++ == 0) first_error_ = error.what();
      }
      inserts_.push_back({begin, Clock::now()});
      // A user's pace, not a flood: the machine's two cores are for the migration as well.
      std::this_thread::sleep_for(std::chrono::microseconds{500});
    }
  } catch (const std::exception& error) {
    ++failed_;
    first_error_ = error.what();
  }
}

}  // namespace tests
