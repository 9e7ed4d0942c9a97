#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "relay/flow/bell.hpp"
#include "relay/flow/cancellable.hpp"
#include "relay/flow/task.hpp"
#include "relay/runtime/pool.hpp"
#include "relay/store/store.hpp"

namespace relay::runtime {

/// Reads a server's pulse once a second while a database of it sleeps, and rings for those that
/// were written to. Without it, as where it cannot be read, they are looked at as seldom as ever.
/// Threads: turns are the pool's; the rest any.
class ServerWatch final : public flow::Task {
 public:
  /// @param role as which it connects, as far as it can: its session is one of that role's.
  ServerWatch(Pool& pool, const std::string& server, const std::string& role);
  ~ServerWatch() override;

  void add(const std::string& name, const std::string& role, std::shared_ptr<store::Store> store,
           flow::Bell& bell);
  void remove(flow::Bell& bell);

  [[nodiscard]] Pause idle() noexcept override;
  [[nodiscard]] std::optional<Pause> turn(const std::stop_token& stop) noexcept override;
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() noexcept override {
    return std::exchange(refusal_, std::nullopt);
  }
  [[nodiscard]] bool has_session() const noexcept override { return static_cast<bool>(pulse_); }
  void leave_session() noexcept override { pulse_.drop(); }
  void cancel() noexcept override { pulse_.cancel(); }

 private:
  struct Sleeper {
    std::string name;
    std::string role;
    std::shared_ptr<store::Store> store;
    std::optional<std::int64_t> seen;  ///< Of its pulse.
  };

  void look();
  [[nodiscard]] Pause failed(const std::string& why) noexcept;
  void choose_store();
  [[nodiscard]] bool is_a_sleepers(const std::shared_ptr<store::Store>& store);
  /// @return whether its own session is in the way of one that wakes.
  bool ring_for(const std::map<std::string, std::int64_t>& pulse);

  Pool& pool_;
  const std::string server_;
  const std::string role_;
  flow::Bell own_bell_;
  std::atomic<std::size_t> number_{0};  ///< Of sleepers: idle() takes no lock.
  std::mutex mutex_;                    ///< Guards the sleepers; held while it rings.
  std::map<flow::Bell*, Sleeper> sleepers_;
  std::shared_ptr<store::Store> store_;  ///< Of the pulse; the turns' own, as are the next.
  std::string store_role_;
  std::optional<flow::Refusal> refusal_;
  flow::Cancellable<store::Pulse> pulse_;
  int failures_ = 0;  ///< In a row.
  Account& account_;
};

}  // namespace relay::runtime
