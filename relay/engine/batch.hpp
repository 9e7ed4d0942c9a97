#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "relay/engine/pass.hpp"

namespace relay::engine {

/// The life of a batch: read under the locks of its lanes, decoded, handed to its listeners, ended
/// in one message to its store, measured. What it borrows outlives it. Threads: one.
class Batch {
 public:
  /// @param result what is known so far, also when a step throws.
  Batch(const EngineParts& parts, const PassContext& context, PassResult& result);
  virtual ~Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// All of it, or as far as it goes: then nothing of its transaction is left.
  /// @throws PassFailed; else what a statement of the store met. The transaction is open then.
  void pass();

 protected:
  // The steps in which a batch of events and one of deliveries differ. Each says whether it goes
  // on.
  [[nodiscard]] virtual store::Claim claim() = 0;
  [[nodiscard]] virtual bool is_to_be_handled() = 0;
  /// Guards, effects, and what each listener made of its events.
  [[nodiscard]] virtual bool apply() = 0;
  /// What the batch comes to, before anything of it is written.
  [[nodiscard]] virtual bool plan() = 0;
  [[nodiscard]] virtual bool end() = 0;
  /// What others must know of what was committed.
  virtual void note() = 0;

  /// Whether it has an event that must run alone, and does not. @param listeners whose suspects
  /// count.
  [[nodiscard]] bool wants_to_be_alone(const std::set<std::string>& listeners) const;
  /// What a listener's call is lent. @param budget of the transaction's savepoints.
  [[nodiscard]] Call call_with(projections::SavepointBudget& budget) const;
  /// A transaction's savepoints, and half of what a statement may take to halve with them.
  [[nodiscard]] projections::SavepointBudget savepoint_budget() const;
  /// Ends the batch in its store. @throws PassFailed, with whom it had applied; else what came.
  void commit();
  /// If this is about one that was quarantined, it is counted now.
  void note_buried(const deliveries::Delivery& entry);

  const EngineParts& parts_;
  const PassContext& context_;
  PassResult& result_;
  store::Claim claim_;
  decode::DecodedBatch batch_;  // of what claim_ holds
  std::vector<ListenerPart> listener_parts_;
  store::BatchEnd end_;
  std::int64_t committed_us_ = 0;  // by the store's clock

 private:
  void note_suspects();
  void measure() const;
  void note_promoted();
};

}  // namespace relay::engine
