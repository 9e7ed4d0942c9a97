#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace relay::decode {

/// How deep objects and arrays may nest. PostgreSQL's jsonb gives up at some thousands, depending
/// on its stack; documents of people and programs stay below 30.
inline constexpr int depth_max = 200;

/// Longer numbers, or a smaller exponent, are refused: jsonb keeps them as numeric, whose range
/// ends somewhere beyond. A larger exponent than a double's is refused by any parser.
inline constexpr std::size_t number_bytes_max = 1'000;
inline constexpr long exponent_least = -1'000;

/// Says in words why a payload is not one that every projection can read, or nothing. What passes
/// also casts to PostgreSQL's jsonb, which refuses \u0000, lone surrogates and numbers beyond its
/// range; where only SQL reads a payload, it stays in the server and that cast is the check. Bytes
/// must be UTF-8 already.
/// Nearly all payloads are told good by simdjson, a tenth of the time; the rest are walked.
/// Threads: any; each keeps up to a megabyte. Memory: about fourteen times the payload.
[[nodiscard]] std::optional<std::string> payload_fault(std::string_view payload);

}  // namespace relay::decode
