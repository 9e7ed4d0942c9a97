#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "relay/flow/crash/crash_mark.hpp"

namespace relay::flow {

/// How a flight record lies in its file: a head, then `slots` times a slot's head and `ids_max` ids
/// of 16 bytes. In the machine's own byte order: no other machine reads it.
struct FlightLayout {
  static constexpr std::array<char, 8> magic = {'f', 'r', 'e', 's', 'h', 'f', 'l', '1'};
  static constexpr std::uint32_t slots_most = 1'024;
  static constexpr std::uint32_t ids_most = 10'000;
  using Id = std::array<std::uint8_t, 16>;

  struct Head {
    std::array<char, 8> magic;
    std::uint32_t slots;
    std::uint32_t ids_max;
    std::uint32_t pid;
    std::uint32_t reserved;
    std::array<char, 488> database;  ///< Ended by a zero byte.
  };
  struct SlotHead {
    std::atomic<SlotState> state;
    std::uint32_t alone;
    std::uint32_t count;
    std::uint32_t reserved;
    std::array<char, 528> listener;  ///< Ended by a zero byte.
  };
  static_assert(sizeof(Head) % 16 == 0 && sizeof(SlotHead) % 16 == 0);
  static_assert(std::atomic<SlotState>::is_always_lock_free);

  [[nodiscard]] static std::size_t slot_bytes(std::size_t ids_max) {
    return sizeof(SlotHead) + ids_max * sizeof(Id);
  }
  [[nodiscard]] static std::size_t file_bytes(std::size_t slots, std::size_t ids_max) {
    return sizeof(Head) + slots * slot_bytes(ids_max);
  }
};

}  // namespace relay::flow
