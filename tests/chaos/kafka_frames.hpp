#pragma once

#include <cstdint>
#include <string_view>

namespace chaos {

/// Follows one way of a connection that speaks Kafka's protocol: four bytes of size, then so many
/// bytes, of which a request's first two say what it asks for.
class KafkaFrames {
 public:
  /// The next bytes that pass. @return whether a produce request began among them.
  bool pass(std::string_view bytes) {
    bool produce = false;
    for (const char byte : bytes) {
      const auto value = static_cast<unsigned char>(byte);
      if (at_ < 4) {
        size_ = (at_ == 0 ? 0 : size_ << 8U) | value;
      } else if (at_ < 6) {
        kind_ = (at_ == 4 ? 0U : kind_ << 8U) | value;
        produce = produce || (at_ == 5 && kind_ == 0);
      }
      if (++at_ < 4 || at_ < 4 + std::uint64_t{size_}) continue;
      ++ended_;
      at_ = 0;
    }
    return produce;
  }

  /// How many have passed whole.
  [[nodiscard]] long ended() const { return ended_; }
  /// The number of the one that passes now, or passed last.
  [[nodiscard]] long current() const { return ended_ + (at_ > 0 ? 1 : 0); }

 private:
  std::uint64_t at_ = 0;
  std::uint32_t size_ = 0;
  unsigned kind_ = 0;
  long ended_ = 0;
};

}  // namespace chaos
