#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

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
  ServerWatch(Pool& pool, const std::string& server);
  ~ServerWatch() override;

  void add(const std::string& name, std::shared_ptr<store::Store> store, flow::Bell& bell);
  void remove(flow::Bell& bell);

  [[nodiscard]] Pause idle() noexcept override;
  [[nodiscard]] std::optional<Pause> turn(const std::stop_token& stop) noexcept override;
  [[nodiscard]] bool has_session() const noexcept override { return static_cast<bool>(pulse_); }
  void leave_session() noexcept override { pulse_.drop(); }
  void cancel() noexcept override { pulse_.cancel(); }

 private:
  struct Sleeper {
    std::string name;
    std::shared_ptr<store::Store> store;
    std::optional<std::int64_t> seen;  ///< Of its pulse.
  };

  void look();
  [[nodiscard]] std::shared_ptr<store::Store> any_store();
  [[nodiscard]] bool is_a_sleepers(const std::shared_ptr<store::Store>& store);
  void ring_for(const std::map<std::string, std::int64_t>& pulse);

  Pool& pool_;
  std::string server_;
  flow::Bell own_bell_;
  std::atomic<std::size_t> number_{0};  ///< Of sleepers: idle() takes no lock.
  std::mutex mutex_;                    ///< Guards the sleepers; held while it rings.
  std::map<flow::Bell*, Sleeper> sleepers_;
  std::shared_ptr<store::Store> store_;  ///< Of the pulse; the turns' own.
  flow::Cancellable<store::Pulse> pulse_;
  int failures_ = 0;  ///< In a row.
  Account& account_;
};

}  // namespace relay::runtime
