#pragma once

#include <chrono>

#include "relay/flow/task.hpp"
#include "relay/runtime/pool.hpp"

namespace tests {

/// A task that has its turns on threads of its own, until this ends: then it has its last one.
class RunningTask {
 public:
  /// @param bell of the task, or null.
  explicit RunningTask(relay::flow::Task& task, relay::flow::Bell* bell = nullptr) {
    if (bell != nullptr) {
      bell->answer([this, bell](relay::flow::Bell::Who who) { pool_.ring(*bell, who); });
    }
    pool_.add(account_, relay::runtime::Schedule::Kind::chore, task, bell);
  }
  ~RunningTask() {
    using namespace std::chrono_literals;
    pool_.stop(account_);
    while (!pool_.ended_by(account_, std::chrono::steady_clock::now() + 1s)) pool_.cancel(account_);
    pool_.close(account_);
  }
  RunningTask(const RunningTask&) = delete;
  RunningTask& operator=(const RunningTask&) = delete;

 private:
  relay::runtime::Pool pool_{{}, [] {}};
  relay::runtime::Account& account_ = pool_.open({});
};

}  // namespace tests
