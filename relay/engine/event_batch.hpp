#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/engine/batch.hpp"

namespace relay::engine {

/// A batch of new events, for all attached listeners: each is completed, or parked with what is
/// still owed of it.
class EventBatch final : public Batch {
 public:
  EventBatch(const EngineParts& parts, const PassContext& context, PassResult& result);

  /// Without payloads, if the relay does not need them while all goes well.
  /// @return false: not all went well, and nothing was done; they are wanted.
  [[nodiscard]] bool pass_quickly();

 protected:
  [[nodiscard]] store::Claim claim() override;
  [[nodiscard]] bool is_to_be_handled() override;
  [[nodiscard]] bool apply() override;
  [[nodiscard]] bool plan() override;
  [[nodiscard]] bool end() override;
  void note() override;

 private:
  using HeldByListener = std::map<std::string, projections::HeldKeys>;

  [[nodiscard]] bool is_quick() const { return payloads_ != store::Payloads::travel; }
  [[nodiscard]] store::Payloads payloads_if_all_goes_well() const;
  [[nodiscard]] bool step_over_stuck();
  [[nodiscard]] HeldByListener held_keys() const;
  /// The last of the batch's SQL travels with its end. @return false: only another try, step by
  /// step, can tell whose fault it was.
  [[nodiscard]] bool commit_with_sql();

  const std::vector<listeners::Listener*> attached_;
  store::Payloads payloads_ = store::Payloads::travel;
  bool wants_payloads_ = false;
  projections::SavepointBudget budget_;
  std::optional<OptimisticPart> last_;  ///< The last listener's part, if it is still to be sent.
};

}  // namespace relay::engine
