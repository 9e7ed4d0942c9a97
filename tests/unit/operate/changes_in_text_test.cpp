#include <gmock/gmock.h>

#include "relay/operate/text/in_text.hpp"

namespace relay::operate {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(BeforeRetiring, TellsWhatCouldNotBeRead) {
  const std::string text = in_text(BeforeRetiring{.listener = "board"});
  EXPECT_THAT(text, StartsWith("Whether a relay runs it now could not be read in time"));
  EXPECT_THAT(text, HasSubstr("How many deliveries are open could not be read in time; they are"));
}

TEST(BeforeRetiring, NamesWhoRunsItAndWhatIsOwedToIt) {
  BeforeRetiring before{.listener = "board", .runners = {{{"host:1", 4}}}, .open = 3};
  EXPECT_EQ(
      in_text(before),
      "Relay \"host:1\" was running it 4 s ago and stops claiming once it is retired: stop it "
      "first.\nNo event will wait for \"board\" any more. Open deliveries: 3; they are "
      "discarded, and their events completed where nobody else is owed them.\n");
  before.runners->clear();
  before.open = 0;
  EXPECT_EQ(in_text(before),
            "No event will wait for \"board\" any more. It has no open deliveries.\n");
  before.open = count_limit;
  EXPECT_THAT(in_text(before), HasSubstr("Open deliveries: 10001 or more; they"));
}

TEST(PauseResult, IsOvertakenUntilItIsKnown) {
  EXPECT_EQ(paused_in_text({.listener = "board"}), resumed_in_text({.listener = "board"}));
  EXPECT_EQ(resumed_in_text({.listener = "board"}),
            "Projection \"board\" was changed by somebody else meanwhile.\n");
}

TEST(Retired, TellsWhatItLeavesOnlyTheFirstTime) {
  EXPECT_EQ(in_text(Retired{.listener = "board", .discarded = 2}),
            "Listener \"board\" is retired already. Open deliveries discarded: 2.\n");
  EXPECT_THAT(in_text(Retired{.listener = "board", .now = true}),
              HasSubstr("Its read model is left as it is."));
}

}  // namespace
}  // namespace relay::operate
