#include "projections/event_template.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "projections/suggest.hpp"

namespace projections {
namespace {

constexpr std::string_view plain_fields[] = {"id", "seq", "event_type", "aggregate_type",
                                             "aggregate_id"};
constexpr std::string_view payload_prefix = "payload.";
constexpr std::string_view headers_prefix = "headers.";

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && text.substr(0, prefix.size()) == prefix;
}

bool is_known(std::string_view field) {
  return std::ranges::find(plain_fields, field) != std::end(plain_fields) ||
         has_prefix(field, payload_prefix) || has_prefix(field, headers_prefix);
}

std::string unknown_field(const std::string& what, std::string_view field) {
  std::string fault = what + " has no field \"" + std::string{field} + "\"";
  const std::string hint = did_you_mean(field, plain_fields);
  return fault + (hint.empty() ? "; fields are id, seq, event_type, aggregate_type, aggregate_id, "
                                 "payload.NAME and headers.NAME"
                               : hint);
}

std::string missing(const std::string& what, std::string_view field) {
  return "the " + what + " needs " + std::string{field} + ", which this event does not have";
}

// Fractions are refused: two different ones could be rounded to one key.
std::string member_text(const nlohmann::json& object, const std::string& what,
                        std::string_view field, std::string_view name) {
  const auto found = object.is_object() ? object.find(std::string{name}) : object.end();
  if (!object.is_object() || found == object.end() || found->is_null()) {
    throw std::invalid_argument{missing(what, field)};
  }
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_integer() || found->is_boolean()) return found->dump();
  throw std::invalid_argument{"the " + what + " needs " + std::string{field} +
                              " to be a text, a whole number or a boolean"};
}

std::string text_or_missing(const std::optional<std::string_view>& value, const std::string& what,
                            std::string_view field) {
  if (!value) throw std::invalid_argument{missing(what, field)};
  return std::string{*value};
}

std::string value_of(const Event& event, const std::string& what, std::string_view field) {
  if (field == "id") return std::string{event.id};
  if (field == "seq") return std::to_string(event.seq);
  if (field == "event_type") return std::string{event.type};
  if (field == "aggregate_type") return text_or_missing(event.aggregate_type, what, field);
  if (field == "aggregate_id") return text_or_missing(event.aggregate_id, what, field);
  if (has_prefix(field, payload_prefix)) {
    return member_text(event.json(), what, field, field.substr(payload_prefix.size()));
  }
  const auto headers = nlohmann::json::parse(text_or_missing(event.headers, what, field));
  return member_text(headers, what, field, field.substr(headers_prefix.size()));
}

}  // namespace

std::vector<EventTemplate::Part> EventTemplate::parse(std::string_view text,
                                                      const std::string& what,
                                                      std::vector<std::string>& faults) {
  std::vector<Part> parts;
  while (!text.empty()) {
    const std::size_t open = text.find("${");
    if (open != 0) parts.push_back({false, std::string{text.substr(0, open)}});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      faults.push_back(what + " has a \"${\" without its \"}\"");
      return parts;
    }
    const std::string_view field = text.substr(open + 2, close - open - 2);
    if (!is_known(field)) faults.push_back(unknown_field(what, field));
    parts.push_back({true, std::string{field}});
    text.remove_prefix(close + 1);
  }
  return parts;
}

std::vector<std::string> EventTemplate::faults(std::string_view text, const std::string& what) {
  std::vector<std::string> found;
  parse(text, what, found);
  return found;
}

EventTemplate::EventTemplate(std::string_view text, std::string what) : what_(std::move(what)) {
  std::vector<std::string> found;
  parts_ = parse(text, what_, found);
  if (!found.empty()) throw std::invalid_argument{found.front()};
}

bool EventTemplate::any_field() const {
  return std::ranges::any_of(parts_, &Part::is_field);
}

std::string EventTemplate::text_of(const Event& event) const {
  std::string text;
  for (const Part& part : parts_) {
    text += part.is_field ? value_of(event, what_, part.text) : part.text;
  }
  return text;
}

}  // namespace projections
