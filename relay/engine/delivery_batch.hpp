#pragma once

#include <set>

#include "relay/engine/batch.hpp"

namespace relay::engine {

/// A batch of one listener's deliveries: what is settled of them is deleted or changed, and what
/// owes nothing more is completed.
class DeliveryBatch final : public Batch {
 public:
  DeliveryBatch(const EngineParts& parts, const Queue& queue, const PassContext& context,
                PassResult& result)
      : Batch(parts, context, result), queue_(queue) {}

 protected:
  [[nodiscard]] store::Claim claim() override;
  [[nodiscard]] bool is_to_be_handled() override;
  [[nodiscard]] bool apply() override;
  [[nodiscard]] bool plan() override;
  [[nodiscard]] bool end() override;
  void note() override;

 private:
  const Queue& queue_;
};

}  // namespace relay::engine
