#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace relay::flow {

/// A session, or none. One thread at a time puts it there, uses it and drops it; any other may cut
/// it off meanwhile: `cancel` never meets a session that is just being closed.
template <typename Session>
class Cancellable {
 public:
  [[nodiscard]] explicit operator bool() const noexcept { return session_ != nullptr; }
  /// Only while there is one.
  [[nodiscard]] Session& operator*() const noexcept { return *session_; }
  [[nodiscard]] Session* operator->() const noexcept { return session_.get(); }

  void put(std::unique_ptr<Session> session) {
    const std::lock_guard lock{mutex_};
    session_ = std::move(session);
  }
  void drop() noexcept {
    const std::lock_guard lock{mutex_};
    session_.reset();
  }
  /// Calls the session's own `cancel`, if there is a session. Threads: any.
  void cancel() noexcept {
    const std::lock_guard lock{mutex_};
    if (session_) session_->cancel();
  }

 private:
  std::mutex mutex_;  // guards the pointer against cancel(); its owner reads it without
  std::unique_ptr<Session> session_;
};

}  // namespace relay::flow
