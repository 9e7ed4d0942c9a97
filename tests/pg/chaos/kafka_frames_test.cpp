#include "tests/chaos/kafka_frames.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using chaos::KafkaFrames;

std::string frame(char kind, std::size_t size) {
  std::string bytes{'\0', '\0', static_cast<char>(size >> 8U), static_cast<char>(size & 0xffU)};
  bytes += '\0';
  bytes += kind;
  return bytes.append(size - 2, 'x');
}

TEST(KafkaFrames, TellAProduceRequestFromOthersHoweverTheBytesArrive) {
  const std::string metadata = frame(3, 300);
  const std::string produce = frame(0, 700);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    KafkaFrames frames;
    int produced = 0;
    const std::string all = metadata + produce + metadata + produce;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      if (frames.pass(std::string_view{all}.substr(at, piece))) ++produced;
    }
    EXPECT_EQ(produced, 2) << piece;
    EXPECT_EQ(frames.ended(), 4) << piece;
    EXPECT_EQ(frames.current(), 4) << piece;
  }
}

TEST(KafkaFrames, CountTheOneThatPassesNow) {
  KafkaFrames frames;
  EXPECT_FALSE(frames.pass(frame(3, 20) + frame(0, 20).substr(0, 5)));
  EXPECT_EQ(frames.ended(), 1);
  EXPECT_EQ(frames.current(), 2);
  EXPECT_TRUE(frames.pass(frame(0, 20).substr(5)));
  EXPECT_EQ(frames.ended(), 2);
}

}  // namespace
