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

std::string unknown_field(const std::string& what, std::string_view field) {
  std::string fault = what + " has no field \"" + std::string{field} + "\"";
  const std::string hint = did_you_mean(field, plain_fields);
  return fault + (hint.empty() ? "; fields are id, seq, event_type, aggregate_type, aggregate_id, "
                                 "payload.NAME and headers.NAME"
                               : hint);
}

bool append_present(std::string& text, const std::optional<std::string_view>& value) {
  if (value) text += *value;
  return value.has_value();
}

}  // namespace

EventTemplate::Field EventTemplate::field_of(std::string_view word) {
  const auto* const found = std::ranges::find(plain_fields, word);
  if (found != std::end(plain_fields)) {
    return static_cast<Field>(1 + (found - std::begin(plain_fields)));
  }
  if (has_prefix(word, payload_prefix)) return Field::payload;
  return has_prefix(word, headers_prefix) ? Field::headers : Field::none;
}

bool EventTemplate::is_field(std::string_view word) {
  return field_of(word) != Field::none;
}

std::vector<EventTemplate::Part> EventTemplate::parse(std::string_view text,
                                                      const std::string& what,
                                                      std::vector<std::string>& faults) {
  std::vector<Part> parts;
  while (!text.empty()) {
    const std::size_t open = text.find("${");
    if (open != 0) parts.push_back({Field::none, std::string{text.substr(0, open)}});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      faults.push_back(what + " has a \"${\" without its \"}\"");
      return parts;
    }
    const std::string_view field = text.substr(open + 2, close - open - 2);
    if (!is_field(field)) faults.push_back(unknown_field(what, field));
    parts.push_back({field_of(field), std::string{field}});
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
  return std::ranges::any_of(parts_, [](const Part& part) { return part.field != Field::none; });
}

bool EventTemplate::reads_payload() const {
  return names(Field::payload);
}

bool EventTemplate::reads_headers() const {
  return names(Field::headers);
}

bool EventTemplate::names(Field field) const {
  return std::ranges::any_of(parts_, [&](const Part& part) { return part.field == field; });
}

// Fractions are refused: two different ones could be rounded to one key.
bool EventTemplate::append_member(std::string& text, const nlohmann::json& object, const Part& part,
                                  std::size_t prefix) const {
  const auto found = object.is_object() ? object.find(part.text.substr(prefix)) : object.end();
  if (found == object.end() || found->is_null()) return false;
  if (found->is_string()) {
    text += found->get_ref<const std::string&>();
  } else if (found->is_number_integer() || found->is_boolean()) {
    text += found->dump();
  } else {
    throw std::invalid_argument{"the " + what_ + " needs " + part.text +
                                " to be a text, a whole number or a boolean"};
  }
  return true;
}

bool EventTemplate::append(std::string& text, const Part& part, const Event& event) const {
  switch (part.field) {
    case Field::none: text += part.text; return true;
    case Field::id: text += event.id; return true;
    case Field::seq: text += std::to_string(event.seq); return true;
    case Field::event_type: text += event.type; return true;
    case Field::aggregate_type: return append_present(text, event.aggregate_type);
    case Field::aggregate_id: return append_present(text, event.aggregate_id);
    case Field::payload: return append_member(text, event.json(), part, payload_prefix.size());
    case Field::headers: break;
  }
  return event.headers &&
         append_member(text, nlohmann::json::parse(*event.headers), part, headers_prefix.size());
}

/// The part that the event has no value for; null: it is complete.
const EventTemplate::Part* EventTemplate::fill(std::string& text, const Event& event) const {
  for (const Part& part : parts_) {
    if (!append(text, part, event)) return &part;
  }
  return nullptr;
}

std::string EventTemplate::text_of(const Event& event) const {
  std::string text;
  if (const Part* lacking = fill(text, event)) {
    throw std::invalid_argument{"the " + what_ + " needs " + lacking->text +
                                ", which this event does not have"};
  }
  return text;
}

std::optional<std::string> EventTemplate::text_if_complete(const Event& event) const {
  std::string text;
  if (fill(text, event) != nullptr) return std::nullopt;
  return text;
}

}  // namespace projections
