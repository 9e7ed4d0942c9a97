#include "relay/forward/kafka/in_flight.hpp"

#include <librdkafka/rdkafka.h>

namespace relay::forward::kafka {

InFlight::InFlight(std::size_t records)
    : codes_(records, RD_KAFKA_RESP_ERR__IN_PROGRESS), open_(records) {
  seats_.reserve(records);
  for (std::size_t place = 0; place < records; ++place) seats_.push_back({this, place});
}

void InFlight::answer(std::size_t place, int code) {
  const std::lock_guard lock{mutex_};
  codes_[place] = code;
  if (--open_ == 0) all_answered_.notify_all();
}

bool InFlight::ended() const {
  const std::lock_guard lock{mutex_};
  return open_ == 0;
}

bool InFlight::wait_until(Time deadline) {
  std::unique_lock lock{mutex_};
  return all_answered_.wait_until(lock, deadline, [this] { return open_ == 0; });
}

}  // namespace relay::forward::kafka
