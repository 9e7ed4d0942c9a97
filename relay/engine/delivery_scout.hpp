#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "relay/engine/delivery_look.hpp"
#include "relay/engine/engine_parts.hpp"
#include "relay/engine/work_boards.hpp"
#include "relay/lanes/watermark.hpp"
#include "relay/store/scout_session.hpp"

namespace relay::engine {

/// Looks for deliveries of the listeners that this relay serves: ready ones, and retries that are
/// due. Those of a listener that is not available are left where they are. What this process makes
/// ready itself is on the boards already, so it need not look often unless another process draws
/// places. Threads: the scout's.
class DeliveryScout {
 public:
  DeliveryScout(const EngineParts& parts, WorkBoards& boards);

  /// Marks the boards. @param last_place the last place handed out.
  /// @return whether something is there to be taken now.
  bool look(store::ScoutSession& session, const listeners::Assignment& assignment,
            std::int64_t last_place);

  /// Whether nothing is ready and no retry is to come.
  [[nodiscard]] bool nothing_left(store::ScoutSession& session,
                                  const listeners::Assignment& assignment,
                                  const std::stop_token& stop);

  /// Everything is looked at anew: the listeners changed.
  void forget();

 private:
  bool look_for_ready(store::ScoutSession& session, const std::vector<std::string>& served);
  /// @param any set to whether there is a retry at all. @return whether one is due.
  bool look_for_retries(store::ScoutSession& session, const std::vector<std::string>& served,
                        bool& any);
  bool sweep(store::ScoutSession& session, const std::vector<std::string>& served);

  const EngineParts& parts_;
  WorkBoards& boards_;
  lanes::Reach reach_;
  DeliverySweep sweep_;
  bool in_part_ = false;  ///< The last look at what is ready was not read to its end.
  std::int64_t last_place_ = -1;
  lanes::Watermark watermark_;
  lanes::Moment eager_until_{};
  lanes::Moment ready_looked_at_{};
  lanes::Moment retries_looked_at_{};
  lanes::Moment sweep_after_{};
};

}  // namespace relay::engine
