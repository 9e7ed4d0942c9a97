#pragma once

#include "relay/decode/decoder.hpp"

namespace relay::decode {

/// Decodes rows of freshet_claim (V010) and of statements that give the same columns. Checks every
/// payload's size and form before anybody parses it; parsing itself waits until a handler asks.
/// Threads: any.
class RowDecoder final : public Decoder {
 public:
  /// @param payload_max_bytes what the claim was told: larger payloads arrive as NULL.
  explicit RowDecoder(std::int64_t payload_max_bytes) : payload_max_bytes_(payload_max_bytes) {}
  [[nodiscard]] DecodedBatch decode(const pqxx::result& rows) const override;

 private:
  std::int64_t payload_max_bytes_;
};

}  // namespace relay::decode
