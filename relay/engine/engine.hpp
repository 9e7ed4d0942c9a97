#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relay/engine/engine_parts.hpp"
#include "relay/engine/handling.hpp"
#include "relay/engine/scout.hpp"
#include "relay/engine/worker.hpp"

namespace relay::engine {

/// All that is known and decided of one database: where there is work, who listens, what is down,
/// what failed. It owns no thread: its owner (runtime::Runtime) calls its scout and its workers,
/// each from one thread at a time, and waits for them. Threads: any, but for those two.
class Engine {
 public:
  enum class State { working, drained, refused };

  /// @param options, parts owned from here on. @param handling_of asked for each worker, here.
  Engine(EngineOptions options, EngineParts parts, Remains remains,
         const HandlingOfWorker& handling_of);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// How many workers an engine of these has: those of new events, then those of detached queues.
  [[nodiscard]] static std::size_t workers_of(const EngineOptions& options,
                                              const EngineParts& parts);

  [[nodiscard]] Scout& scout() { return scout_; }
  /// Is rung when the scout should look.
  [[nodiscard]] flow::Bell& scout_bell() { return boards_.scout_bell; }
  /// @param come called at each ring of the bells of scout and workers. Before any of them works.
  void answer_bells(const std::function<void(const flow::Bell&, flow::Bell::Who)>& come);
  /// Whether all that happens here happens with Kafka's brokers, also in the first pass.
  [[nodiscard]] bool only_forwards() const;
  /// They never change.
  [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }
  [[nodiscard]] const std::shared_ptr<store::Store>& store() { return parts_.store; }
  /// To be told when events may have come.
  [[nodiscard]] std::unique_ptr<store::Hints> listen() {
    return parts_.store->listen([this] { boards_.wake_scout(false); });
  }

  [[nodiscard]] State state() const;
  /// Why it is refused, or what it struggles with; "" if nothing.
  [[nodiscard]] std::string sentence() const;
  /// Events settled since the start.
  [[nodiscard]] std::int64_t events_done() const { return boards_.events_done; }
  [[nodiscard]] const std::string& database() const { return options_.database; }
  /// Below which nothing is pending, by listener ("": events), if they are of this run of a server;
  /// else none.
  [[nodiscard]] lanes::Floors floors_of(const std::string& server_run) const {
    return boards_.server_run() == server_run ? boards_.floors_to_keep() : lanes::Floors{};
  }
  /// Why nothing moves, for others to add what they know.
  [[nodiscard]] Conditions& conditions() { return conditions_; }

 private:
  [[nodiscard]] WorkSource source_of(const Queue& queue);
  void add_worker(const std::string& name, std::vector<WorkSource> sources, flow::Bell& bell,
                  const HandlingOfWorker& handling_of);

  EngineOptions options_;
  EngineParts parts_;
  WorkBoards boards_;
  Conditions conditions_;
  DatabaseBreaker breaker_;
  ExclusiveSection section_;
  WorkerContext context_;
  Scout scout_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace relay::engine
