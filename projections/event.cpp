#include "projections/event.hpp"

#include <nlohmann/json.hpp>

#include "projections/shortened.hpp"

namespace projections {
namespace {

// FNV-1a. Two keys of one hash would only wait for each other.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return hash;
}

}  // namespace

std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::string mark = "#" + std::to_string(hash_of(text));
  std::size_t end = most - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + mark;
}

std::string Event::key() const {
  if (!aggregate_id) return std::string{id};
  std::string key{aggregate_type.value_or("")};
  key += '\x1f';
  key += *aggregate_id;
  return shortened(std::move(key), key_bytes_max);
}

const nlohmann::json& Event::json() const {
  if (!parsed_) {
    parsed_ = std::make_shared<const nlohmann::json>(nlohmann::json::parse(payload));
  }
  return *parsed_;
}

}  // namespace projections
