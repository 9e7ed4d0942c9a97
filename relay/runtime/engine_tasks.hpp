#pragma once

#include "relay/engine/engine.hpp"
#include "relay/flow/task.hpp"
#include "relay/runtime/sleep.hpp"

namespace relay::runtime {

/// An engine's scout, a look at a time. Borrows it.
class ScoutTask final : public flow::Task {
 public:
  /// @param sleep hears each look's result and decides when the next one is; null: the scout does.
  explicit ScoutTask(engine::Scout& scout, Sleep* sleep = nullptr) : scout_(scout), sleep_(sleep) {}

  void waited(std::chrono::milliseconds time) noexcept override { scout_.had_waited(time); }
  [[nodiscard]] std::optional<Pause> turn(const std::stop_token& stop) noexcept override;
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() noexcept override {
    return scout_.take_refusal();
  }
  [[nodiscard]] bool has_session() const noexcept override { return scout_.has_session(); }
  void leave_session() noexcept override { scout_.leave_session(); }
  void cancel() noexcept override { scout_.cancel(); }

 private:
  engine::Scout& scout_;
  Sleep* sleep_;
  bool had_session_ = false;  // at the end of its last turn
};

/// One of its workers, a batch at a time. Borrows it.
class WorkerTask final : public flow::Task {
 public:
  WorkerTask(engine::Worker& worker, const Sleep& sleep) : worker_(worker), sleep_(sleep) {}

  [[nodiscard]] Pause idle() noexcept override;
  void waited(std::chrono::milliseconds time) noexcept override { worker_.had_waited(time); }
  [[nodiscard]] std::optional<Pause> turn(const std::stop_token& stop) noexcept override;
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() noexcept override {
    return worker_.take_refusal();
  }
  [[nodiscard]] bool has_session() const noexcept override { return worker_.has_session(); }
  void leave_session() noexcept override { worker_.leave_session(); }
  void cancel() noexcept override { worker_.cancel(); }

 private:
  engine::Worker& worker_;
  const Sleep& sleep_;
};

}  // namespace relay::runtime
