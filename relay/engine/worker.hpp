#pragma once

#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/engine/pass.hpp"
#include "relay/engine/shared.hpp"
#include "relay/engine/trouble.hpp"

namespace relay::engine {

/// One thread's work on one database: takes lanes from the board, passes their batches, and decides
/// what a failed pass asks for. One connection, thrown away when it fails.
class Worker {
 public:
  Worker(int number, const EngineOptions& options, const Parts& parts, Shared& shared,
         Trouble& trouble);

  /// Works until stopped; a pass under way is finished first. Never throws.
  void run(const std::stop_token& stop);
  /// Cancels the statement that runs now. Any thread.
  void cancel() noexcept;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  using Tickets = std::vector<claim::LaneTicket>;

  void work(const Tickets& tickets, const std::string& version, const std::stop_token& stop);
  pg::Connection& connected();
  void settle(const Tickets& tickets, const PassResult& result);
  void give_back(const Tickets& tickets);

  // What a failed pass asks for.
  void again(const Tickets& tickets, const PassResult& result, const projections::Failure& why,
             const std::stop_token& stop);
  void isolate(const Tickets& tickets, const PassResult& result,
               const std::vector<std::pair<std::string, std::string>>& suspects,
               const projections::Failure& why);
  void failed(const Tickets& tickets, const PassResult& result, const projections::Failure& why,
              const std::stop_token& stop);
  void lost(const projections::Failure& why, const std::stop_token& stop);
  void rest(const Tickets& tickets, std::chrono::milliseconds time);

  const std::string name_;
  const EngineOptions& options_;
  const Parts& parts_;
  Shared& shared_;
  Trouble& trouble_;
  std::mutex connection_mutex_;  // cancel() comes from another thread
  std::unique_ptr<pg::Connection> connection_;
  int conflicts_ = 0;
  int losses_ = 0;
};

}  // namespace relay::engine
