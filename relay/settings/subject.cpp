#include "relay/settings/subject.hpp"

#include "relay/base/in_quotes.hpp"

namespace relay::settings {

const char* kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

void Subject::wrong_type(const std::string& wanted, const toml::node& node) {
  fault("must be " + wanted + ", not " + kind_of(node));
}

void Subject::unquoted_wanted(const std::string& wanted, const toml::node& node) {
  const char* hint = node.is_string() ? "; write it without quotes" : "";
  fault("must be " + wanted + ", not " + kind_of(node) + hint);
}

std::optional<std::string> Subject::filled(const toml::node& node) {
  const std::string& text = node.as_string()->get();
  if (text.find('\0') != std::string::npos) {
    fault("must not hold a character U+0000");
    return std::nullopt;
  }
  if (environment_ == nullptr) return text;
  const Filled result = fill_in(text, *environment_);
  for (const std::string& sentence : result.faults) fault(sentence);
  if (!result.faults.empty()) return std::nullopt;
  return result.text;
}

void Subject::flatten(const toml::table& table, const std::string& prefix,
                      std::map<std::string, std::string>& options) {
  for (const auto& [key, node] : table) {
    line_ = node.source().begin.line;
    const std::string name = prefix + std::string{key.str()};
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, name + ".", options);
    } else if (const std::optional<std::string> value = option(name, node)) {
      if (!options.emplace(name, *value).second) fault(in_quotes(name) + " is there twice");
    }
  }
}

std::optional<std::string> Subject::option(const std::string& name, const toml::node& node) {
  if (name.find('\0') != std::string::npos) {
    fault(in_quotes(name) + " must not hold a character U+0000");
    return std::nullopt;
  }
  if (node.is_string()) return filled(node);
  if (const auto* value = node.as_integer()) return std::to_string(value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  fault(in_quotes(name) + " must be a string, a whole number, or true or false, not " +
        kind_of(node));
  return std::nullopt;
}

}  // namespace relay::settings
