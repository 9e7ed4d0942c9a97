#include "relay/decode/payload_check.hpp"

#include <simdjson.h>

#include "relay/decode/payload_walk.hpp"

namespace relay::decode {
namespace {

// A parser keeps about fourteen times its longest document; those of longer ones are not kept.
constexpr std::size_t kept_bytes = 64 << 10;

constexpr std::string_view digits = "0123456789";
constexpr std::string_view of_numbers = "0123456789+-.eE";

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_all(std::string_view text, std::string_view of) {
  return text.find_first_not_of(of) == std::string_view::npos;
}

// Escapes may be lone surrogates, some of which simdjson lets pass (its issues 1870 and 1894), or
// \u0000.
bool may_hold_odd_text(std::string_view payload) {
  return holds(payload, "\\u") || payload.starts_with(byte_order_mark);
}

// e- and four digits: in a number, an exponent that may be too small.
bool may_hold_tiny_number(std::string_view payload) {
  for (auto at = payload.find('-', 1); at < payload.size(); at = payload.find('-', at + 1)) {
    const bool exponent = payload[at - 1] == 'e' || payload[at - 1] == 'E';
    if (exponent && is_all(payload.substr(at + 1, 4), digits)) return true;
  }
  return false;
}

// A look at every 125th character: more than 1,000 in a row meet eight of them.
bool may_hold_long_number(std::string_view payload) {
  constexpr std::size_t looks = 8;
  std::size_t in_a_row = 0;
  for (std::size_t at = 0; at < payload.size(); at += number_bytes_max / looks) {
    in_a_row = is_all(payload.substr(at, 1), of_numbers) ? in_a_row + 1 : 0;
    if (in_a_row == looks) return true;
  }
  return false;
}

bool parses(simdjson::dom::parser& parser, std::string_view payload) {
  if (parser.max_depth() != depth_max && parser.allocate(payload.size(), depth_max)) return false;
  return !parser.parse(payload.data(), payload.size()).error();
}

bool parses(std::string_view payload) {
  if (payload.size() > kept_bytes) {
    simdjson::dom::parser parser;
    return parses(parser, payload);
  }
  thread_local simdjson::dom::parser kept;
  return parses(kept, payload);
}

// What simdjson takes and the walk would refuse is left to the walk by these looks at the text;
// where they are wrong, that costs time only.
bool is_plainly_good(std::string_view payload) {
  return !may_hold_odd_text(payload) && !may_hold_tiny_number(payload) &&
         !may_hold_long_number(payload) && parses(payload);
}

}  // namespace

std::optional<std::string> payload_fault(std::string_view payload) {
  if (is_plainly_good(payload)) return std::nullopt;
  return fault_by_walk(payload);
}

}  // namespace relay::decode
