#include "projections/event.hpp"

#include <nlohmann/json.hpp>

namespace projections {

std::string Event::key() const {
  if (!aggregate_id) return std::string{id};
  std::string key{aggregate_type.value_or("")};
  key += '\x1f';
  key += *aggregate_id;
  return key;
}

const nlohmann::json& Event::json() const {
  if (!parsed_) {
    parsed_ = std::make_shared<const nlohmann::json>(nlohmann::json::parse(payload));
  }
  return *parsed_;
}

}  // namespace projections
