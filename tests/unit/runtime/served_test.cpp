#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "relay/runtime/runtime.hpp"
#include "tests/support/no_recorder.hpp"
#include "tests/support/temporary_folder.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

/// A store that cannot be reached, and whose hints break only once its scout has tried.
class StoreWithoutHints final : public store::Store {
 public:
  std::unique_ptr<store::WorkerSession> open_worker_session(const std::string&) override {
    throw unreachable();
  }
  std::unique_ptr<store::ScoutSession> open_scout_session(const std::string&) override {
    tried_.store(true);
    tried_.notify_all();
    throw unreachable();
  }
  std::unique_ptr<store::Pulse> open_pulse(const std::string&) override { return nullptr; }
  std::unique_ptr<store::Hints> listen(std::function<void()>) override {
    tried_.wait(false);
    throw std::runtime_error{"no hints here"};
  }
  [[nodiscard]] std::string description() const override { return "a store of tests"; }
  [[nodiscard]] int lanes_per_claim() const override { return 4; }

 private:
  static store::Unreachable unreachable() {
    return {"cannot be reached", {projections::FailureKind::connection, "", "cannot be reached"}};
  }
  std::atomic<bool> tried_{false};
};

TEST(Served, LeavesNoTaskBehindWhereItsStartFails) {
  const tests::TemporaryFolder folder;
  Runtime runtime;
  Service service{.options = {.database = "main"},
                  .parts = {.store = std::make_shared<StoreWithoutHints>(),
                            .recorder = std::make_shared<tests::NoRecorder>()},
                  .bounds = {.flight_folder = folder.path()},
                  .share = {.database = "main"},
                  .listens = true};
  EXPECT_THROW(runtime.serve(std::move(service)), std::runtime_error);
  EXPECT_TRUE(runtime.engines().empty());
  runtime.request_stop();
  EXPECT_TRUE(runtime.ended_by(std::chrono::steady_clock::now() + 5s));
}

}  // namespace
}  // namespace relay::runtime
