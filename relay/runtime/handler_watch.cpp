#include "relay/runtime/handler_watch.hpp"

#include <utility>

namespace relay::runtime {

std::optional<HandlerWatch::Late> HandlerWatch::look(Clock::time_point now) {
  const std::lock_guard lock{mutex_};
  if (visit_ == nullptr || now < visit_->deadline_) return std::nullopt;
  visit_->source_.request_stop();
  return Late{visit_->listener_, visit_->event_id_, now - visit_->deadline_};
}

HandlerWatch::Visit::Visit(HandlerWatch& watch, std::string listener, std::string event_id,
                           Clock::time_point deadline, const std::stop_token& stop)
    : watch_(watch),
      listener_(std::move(listener)),
      event_id_(std::move(event_id)),
      deadline_(deadline),
      pass_on_(stop, PassOn{&source_}) {
  const std::lock_guard lock{watch_.mutex_};
  watch_.visit_ = this;
}

HandlerWatch::Visit::~Visit() {
  const std::lock_guard lock{watch_.mutex_};
  watch_.visit_ = nullptr;
}

}  // namespace relay::runtime
