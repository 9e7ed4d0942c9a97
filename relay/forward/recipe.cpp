#include "relay/forward/recipe.hpp"

#include <algorithm>
#include <stdexcept>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/forward/topic_name.hpp"

namespace relay::forward {
namespace {

using projections::EventTemplate;
using Faults = std::vector<std::string>;

std::string whole_key(const std::string& key) {
  return EventTemplate::is_field(key) ? "${" + key + "}" : key;
}

/// What stands around the fields of a template without faults.
std::string literals_of(std::string_view text) {
  std::string literals;
  while (!text.empty()) {
    const std::size_t open = text.find("${");
    literals += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(text.find('}', open) + 1);
  }
  return literals;
}

Faults topic_faults(const std::string& topic) {
  Faults faults = EventTemplate::faults(topic, "topic");
  if (!faults.empty()) return faults;
  if (!EventTemplate(topic, "topic").any_field()) {
    const std::string fault = topic_name_fault(topic);
    if (!fault.empty()) faults.push_back("topic " + in_quotes(topic) + " " + fault);
  } else if (!std::ranges::all_of(literals_of(topic), is_topic_character)) {
    faults.push_back("topic " + in_quotes(topic) +
                     R"( holds more than fields and the letters, digits, ".", "_" and "-" )"
                     "that Kafka allows");
  }
  return faults;
}

Faults key_faults(const std::string& key) {
  Faults faults = EventTemplate::faults(whole_key(key), "key");
  if (faults.empty() && !EventTemplate(whole_key(key), "key").any_field()) {
    const std::vector<std::string> fields = {"id", "seq", "event_type", "aggregate_type",
                                             "aggregate_id"};
    const std::string hint = key.empty() ? "" : projections::did_you_mean(key, fields);
    faults.push_back("key " + in_quotes(key) +
                     " names no field, so that all records would have the same key" +
                     (hint.empty() ? "; write for example aggregate_id" : hint));
  }
  return faults;
}

}  // namespace

Faults faults_of(const Templates& templates, Format format) {
  Faults faults = topic_faults(templates.topic);
  for (std::string& fault : key_faults(templates.key)) faults.push_back(std::move(fault));
  if (format != Format::cloudevents) return faults;
  for (std::string& fault : EventTemplate::faults(templates.source, "source")) {
    faults.push_back(std::move(fault));
  }
  if (templates.source.empty()) faults.emplace_back("source must not be empty");
  return faults;
}

Recipe recipe_of(const Templates& templates, Format format) {
  const Faults faults = faults_of(templates, format);
  if (!faults.empty()) throw std::invalid_argument{faults.front()};
  return {.format = format,
          .topic = EventTemplate(templates.topic, "topic"),
          .key = EventTemplate(whole_key(templates.key), "key"),
          .source = EventTemplate(format == Format::cloudevents ? templates.source : "", "source")};
}

std::optional<std::string> fixed_topic(const Recipe& recipe) {
  if (recipe.topic.any_field()) return std::nullopt;
  return recipe.topic.text_of({});
}

}  // namespace relay::forward
