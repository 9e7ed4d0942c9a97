#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/settings/environment.hpp"
#include "relay/settings/faults.hpp"
#include "relay/settings/table.hpp"

namespace relay::settings {

/// "a whole number", "a table" and so on.
[[nodiscard]] const char* kind_of(const toml::node& node);
/// Whether it has `Shape::name`.
[[nodiscard]] bool is_name(const std::string& text);
/// Blanks around a part are left out. At least one part, which may be empty.
[[nodiscard]] std::vector<std::string> split_at_commas(const std::string& text);

/// Reads one table of the file by its rows. `environment` is given for the sections in whose
/// strings `${NAME}` is filled in.
template <class Section>
class SectionReader {
 public:
  SectionReader(std::string label, const std::vector<Row<Section>>& rows, Faults& faults,
                const Environment* environment = nullptr)
      : label_(std::move(label)), rows_(rows), faults_(faults), environment_(environment) {}

  /// @param base what is not in the table.
  /// @param variables how the names of environment variables begin that go before the table, each
  ///   followed by a setting's name in capitals; "": there are none.
  std::pair<Section, Place> read(const toml::table& table, const Section& base = {},
                                 const std::string& variables = "") {
    section_ = base;
    place_ = Place{table.source().begin.line};
    for (const auto& [key, node] : table) {
      place_.keys[std::string{key.str()}] = node.source().begin.line;
      if (find(key.str()) == nullptr) refuse_unknown(key.str(), node);
    }
    for (const Row<Section>& row : rows_) {
      if (take_variable(row, variables)) continue;
      if (const toml::node* node = table.get(row.name)) {
        subject_ = label_ + " " + row.name;
        line_ = node->source().begin.line;
        std::visit([&](const auto& kind) { take(kind, *node); }, row.kind);
      } else if (row.required) {
        faults_.add(place_.line, label_ + " needs \"" + row.name + "\"");
      }
    }
    return {std::move(section_), std::move(place_)};
  }

 private:
  const Row<Section>* find(std::string_view name) const {
    for (const Row<Section>& row : rows_) {
      if (row.name == name) return &row;
    }
    return nullptr;
  }

  void refuse_unknown(std::string_view key, const toml::node& node) {
    std::vector<std::string> known;
    for (const Row<Section>& row : rows_) known.push_back(row.name);
    faults_.add(node.source().begin.line, label_ + " has no setting " + in_quotes(key) +
                                              projections::did_you_mean(key, known));
  }

  /// @return whether there is one.
  bool take_variable(const Row<Section>& row, const std::string& variables) {
    if (variables.empty() || environment_ == nullptr) return false;
    const std::string name = variables + in_capitals(row.name);
    const std::optional<std::string> text = (*environment_)(name);
    if (!text) return false;
    subject_ = "the environment variable " + name;
    line_ = 0;
    place_.keys[row.name] = 0;
    std::visit([&](const auto& kind) { take_text(kind, *text); }, row.kind);
    return true;
  }

  void take_text(const Integer<Section>& kind, const std::string& text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) {
      return fault("must be a whole number, not " + in_quotes(text));
    }
    take(kind, toml::value<std::int64_t>{value});
  }

  void take_text(const Flag<Section>& kind, const std::string& text) {
    if (text != "true" && text != "false") {
      return fault("must be true or false, not " + in_quotes(text));
    }
    section_.*kind.field = text == "true";
  }

  void take_text(const OneOf<Section>& kind, const std::string& text) {
    take(kind, toml::value<std::string>{text});
  }

  void take_text(const Text<Section>& kind, const std::string& text) {
    if (kind.shape == Shape::name) return fault("cannot change a name");
    put(kind, text);
  }

  /// Separated by commas.
  void take_text(const Texts<Section>& kind, const std::string& text) {
    (section_.*kind.field).clear();
    for (const std::string& part : split_at_commas(text)) put(kind, part);
  }

  template <class Kind>
  void take_text(const Kind&, const std::string&) {
    fault("cannot hold this setting; write it into the file");
  }

  void fault(const std::string& sentence) { faults_.add(line_, subject_ + " " + sentence); }

  void wrong_type(const std::string& wanted, const toml::node& node) {
    fault("must be " + wanted + ", not " + kind_of(node));
  }

  void unquoted_wanted(const std::string& wanted, const toml::node& node) {
    const char* hint = node.is_string() ? "; write it without quotes" : "";
    fault("must be " + wanted + ", not " + kind_of(node) + hint);
  }

  void take(const Integer<Section>& kind, const toml::node& node) {
    const auto* value = node.as_integer();
    if (value == nullptr) return unquoted_wanted("a whole number", node);
    if (value->get() < kind.least || value->get() > kind.most) {
      return fault("must be from " + std::to_string(kind.least) + " to " +
                   std::to_string(kind.most) + ", not " + std::to_string(value->get()));
    }
    kind.set(section_, value->get());
  }

  void take(const Flag<Section>& kind, const toml::node& node) {
    const auto* value = node.as_boolean();
    if (value == nullptr) return unquoted_wanted("true or false", node);
    section_.*kind.field = value->get();
  }

  void take(const OneOf<Section>& kind, const toml::node& node) {
    std::string choice;
    for (const std::string& word : kind.words)
      choice += (choice.empty() ? "\"" : ", \"") + word + "\"";
    const auto* value = node.as_string();
    if (value == nullptr) return wrong_type("one of " + choice, node);
    for (std::size_t i = 0; i < kind.words.size(); ++i) {
      if (kind.words[i] == value->get()) return kind.set(section_, i);
    }
    fault("must be one of " + choice + ", not " + in_quotes(value->get()) +
          projections::did_you_mean(value->get(), kind.words));
  }

  void take(const Text<Section>& kind, const toml::node& node) {
    if (!node.is_string()) return wrong_type("a string", node);
    if (const std::optional<std::string> whole = filled(node)) put(kind, *whole);
  }

  void put(const Text<Section>& kind, const std::string& text) {
    if (kind.shape == Shape::name && !is_name(text)) {
      return fault("must be a letter or \"_\", then letters, digits, \"_\", \".\" or \"-\", 64 " +
                   ("characters at most; not " + in_quotes(text)));
    }
    if (kind.shape == Shape::secret && text.empty()) return fault("must not be empty");
    section_.*kind.field = text;
  }

  void take(const Texts<Section>& kind, const toml::node& node) {
    if (kind.or_one && node.is_string()) return take_one(kind, node);
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      return wrong_type(kind.or_one ? "a string or a list of strings" : "a list of strings", node);
    }
    if (list->empty()) return fault("must not be empty");
    (section_.*kind.field).clear();
    for (const toml::node& item : *list) {
      line_ = item.source().begin.line;
      if (!item.is_string()) {
        wrong_type("a list of strings only", item);
      } else {
        take_one(kind, item);
      }
    }
  }

  void take(const Pauses<Section>& kind, const toml::node& node) {
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong_type("a list of whole numbers", node);
    if (list->size() > kind.longest) {
      return fault("must have at most " + std::to_string(kind.longest) + " numbers");
    }
    (section_.*kind.field).clear();
    for (const toml::node& item : *list) {
      const auto* seconds = item.as_integer();
      if (seconds == nullptr) return wrong_type("a list of whole numbers only", item);
      if (seconds->get() < 1 || seconds->get() > kind.most) {
        return fault("must have numbers from 1 to " + std::to_string(kind.most) + ", not " +
                     std::to_string(seconds->get()));
      }
      (section_.*kind.field).emplace_back(seconds->get());
    }
  }

  void take(const Options<Section>& kind, const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong_type("a table", node);
    flatten(*table, "", section_.*kind.field);
  }

  void take(const Inner<Section>&, const toml::node& node) {
    if (!node.is_table()) wrong_type("a table", node);
  }

  // TOML reads a bare `linger.ms = 5` as a table `linger`; both spellings are one name.
  void flatten(const toml::table& table, const std::string& prefix,
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

  std::optional<std::string> option(const std::string& name, const toml::node& node) {
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

  void take_one(const Texts<Section>& kind, const toml::node& node) {
    put(kind, filled(node).value_or("_"));
  }

  void put(const Texts<Section>& kind, const std::string& text) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
      return fault("must not hold an empty string");
    }
    if (kind.longest != 0 && text.size() > kind.longest) {
      return fault("holds a string longer than " + std::to_string(kind.longest) + " bytes");
    }
    (section_.*kind.field).push_back(text);
  }

  /// Nothing: a fault was said.
  std::optional<std::string> filled(const toml::node& node) {
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

  std::string label_;
  const std::vector<Row<Section>>& rows_;
  Faults& faults_;
  const Environment* environment_;
  Section section_;
  Place place_;
  std::string subject_;  // of the setting that is being read, for its faults
  unsigned line_ = 0;
};

}  // namespace relay::settings
