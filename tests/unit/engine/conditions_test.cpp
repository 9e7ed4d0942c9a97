#include "relay/engine/conditions.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/no_recorder.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class RemarksInTheLog : public ::testing::Test {
 protected:
  /// @return the lines of so many remarks, half a second apart.
  std::string remarks(Conditions& conditions, int number, const std::string& sentence) {
    ::testing::internal::CaptureStderr();
    for (int n = 0; n < number; ++n, now_ += 500ms) conditions.remark(sentence, "worker 1", "why");
    return ::testing::internal::GetCapturedStderr();
  }
  static auto lines(const std::string& text) { return std::ranges::count(text, '\n'); }

  lanes::Moment now_{1h};
  const EngineParts parts_{.now = [this] { return now_; },
                           .recorder = std::make_shared<tests::NoRecorder>()};
  Conditions one_{"one", parts_};
  Conditions other_{"other", parts_};
};

TEST_F(RemarksInTheLog, AreALineInTenSecondsWithTheNumberOfThoseLeftOut) {
  const std::string first = remarks(one_, 20, "a connection was lost");
  EXPECT_EQ(lines(first), 1) << first;
  EXPECT_THAT(first, HasSubstr("database=one who=worker 1 why=why left_out=0"));
  const std::string second = remarks(one_, 1, "a connection was lost");
  EXPECT_EQ(lines(second), 1) << second;
  EXPECT_THAT(second, HasSubstr("left_out=19"));
}

TEST_F(RemarksInTheLog, DoNotHideThoseOfAnotherKindNorOfAnotherDatabase) {
  (void)remarks(one_, 1, "a connection was lost");
  EXPECT_EQ(lines(remarks(one_, 1, "a batch is given back")), 1);
  EXPECT_EQ(lines(remarks(other_, 1, "a connection was lost")), 1);
}

TEST_F(RemarksInTheLog, OfAConditionThatComesAndGoesAreOnePairAMinute) {
  ::testing::internal::CaptureStderr();
  for (int n = 0; n < 200; ++n, now_ += 150ms) {
    one_.begin("sessions", "few sessions");
    EXPECT_EQ(one_.sentence(), "few sessions");
    one_.end("sessions");
    EXPECT_EQ(one_.sentence(), "");
  }
  EXPECT_EQ(lines(::testing::internal::GetCapturedStderr()), 2);
  now_ += 1min;
  ::testing::internal::CaptureStderr();
  one_.begin("sessions", "few sessions");
  EXPECT_EQ(lines(::testing::internal::GetCapturedStderr()), 1);
}

TEST_F(RemarksInTheLog, OfAConditionThatStaysAreToldAtTheLatestAfterAMinute) {
  one_.begin("sessions", "few sessions");
  one_.end("sessions");
  ::testing::internal::CaptureStderr();
  for (int n = 0; n < 1'000; ++n, now_ += 100ms) one_.begin("sessions", "few sessions");
  one_.end("sessions");
  EXPECT_EQ(lines(::testing::internal::GetCapturedStderr()), 2) << "it began long ago, and ended";
}

}  // namespace
}  // namespace relay::engine
