#include "relay/engine/shortage.hpp"

#include <gtest/gtest.h>

namespace {

using projections::FailureKind;
using relay::engine::is_shortage;

TEST(Shortage, IsAFullDiskALimitOrAServerThatTakesNoWrites) {
  for (const char* state : {"53100", "53300", "25006"}) {
    EXPECT_TRUE(is_shortage({FailureKind::connection, state, "no room"})) << state;
  }
}

TEST(Shortage, IsNotWhatAnEventItselfCanBringAbout) {
  for (const char* state : {"", "57P02", "08006", "53200", "53400"}) {
    EXPECT_FALSE(is_shortage({FailureKind::connection, state, "gone"})) << state;
  }
}

}  // namespace
