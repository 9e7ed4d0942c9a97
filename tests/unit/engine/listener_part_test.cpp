#include "relay/engine/listener_part.hpp"

#include <gtest/gtest.h>

#include "tests/support/direct_handling.hpp"
#include "tests/support/named_listener.hpp"

namespace {

using namespace relay::engine;
using projections::Fate;

/// Leaves all of its first call, as when the savepoint budget is spent, and does all of the others.
class LeavesOnce final : public relay::listeners::Listener {
 public:
  [[nodiscard]] const projections::ProjectionOptions& options() const override { return options_; }
  [[nodiscard]] const std::string& kind() const override { return options_.name; }
  [[nodiscard]] std::vector<Fate> apply(const projections::Batch& batch, projections::HeldKeys&,
                                        projections::SavepointBudget&, projections::Tx&,
                                        std::stop_token, projections::Order) override {
    const auto kind = calls++ == 0 ? Fate::Kind::not_reached : Fate::Kind::done;
    return std::vector<Fate>(batch.size(), Fate{.kind = kind});
  }
  [[nodiscard]] bool can_probe() const override { return false; }
  [[nodiscard]] std::optional<projections::Failure> probe(projections::Tx&) override { return {}; }

  int calls = 0;

 private:
  projections::ProjectionOptions options_{.name = "board", .events = {"*"}};
};

/// Names a transaction that nobody uses.
union NoTransaction {
  NoTransaction() {}   // NOLINT(modernize-use-equals-default): the member stays unmade
  ~NoTransaction() {}  // NOLINT(modernize-use-equals-default)
  projections::Tx tx;
};

TEST(ListenerPart, BehindWhatIsLeftNoLaterStretchIsCalled) {
  relay::decode::DecodedBatch batch;
  for (const char* id : {"a", "b", "c"}) {
    auto& decoded = batch.events.emplace_back();
    decoded.event.id = id;
    decoded.event.aggregate_id = id[0] == 'b' ? "other" : "k";
  }
  batch.events[1].fault = "no JSON";  // parts the batch into two stretches
  NoTransaction none;
  projections::SavepointBudget budget;
  LeavesOnce listener;
  const Quarantined nobody;
  const relay::listeners::Suspects no_suspects;
  tests::DirectHandling handling;
  const ListenerPart part =
      run_listener(listener, batch, {},
                   {nobody, no_suspects, projections::Order::by_key, budget, none.tx, handling});
  ASSERT_EQ(part.fates.size(), 3U);
  for (const Fate& fate : part.fates) EXPECT_EQ(fate.kind, Fate::Kind::not_reached);
  EXPECT_EQ(listener.calls, 1) << "\"c\" would have come before \"a\" of its key";
}

}  // namespace
