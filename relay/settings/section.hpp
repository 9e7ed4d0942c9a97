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
#include "relay/settings/subject.hpp"
#include "relay/settings/table.hpp"

namespace relay::settings {

/// Whether it has `Shape::name`.
[[nodiscard]] bool is_name(const std::string& text);
/// Blanks around a part are left out. At least one part, which may be empty.
[[nodiscard]] std::vector<std::string> split_at_commas(const std::string& text);

/// Settings by name as a row of the catalogue has them; nothing: NULL.
using SaidTexts = std::map<std::string, std::optional<std::string>>;

/// Reads one table of the file by its rows. `environment` is given for the sections in whose
/// strings `${NAME}` is filled in.
template <class Section>
class SectionReader : private Subject {
 public:
  SectionReader(std::string label, const std::vector<Row<Section>>& rows, Faults& faults,
                const Environment* environment = nullptr)
      : Subject(faults, environment), label_(std::move(label)), rows_(rows) {}

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

  /// Reads what is said in texts, as variables say it: strings as they are, lists with commas.
  /// @param prefix how the names begin that it has; no text: it is not said.
  /// @return the keys that are said, 0 where a variable says them and else 1.
  std::pair<Section, Place> read_texts(const SaidTexts& texts, const std::string& prefix,
                                       const Section& base, const std::string& variables) {
    section_ = base;
    place_ = Place{};
    line_ = 0;
    for (const Row<Section>& row : rows_) {
      if (take_variable(row, variables)) continue;
      subject_ = prefix + row.name;
      const auto text = texts.find(subject_);
      if (text != texts.end() && text->second) {
        place_.keys[row.name] = 1;
        std::visit([&](const auto& kind) { take_said(kind, *text->second); }, row.kind);
      } else if (row.required) {
        fault("must not be missing or NULL");
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

  void take_said(const Text<Section>& kind, const std::string& text) { put(kind, text); }
  template <class Kind>
  void take_said(const Kind& kind, const std::string& text) {
    take_text(kind, text);
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

  std::string label_;
  const std::vector<Row<Section>>& rows_;
  Section section_;
  Place place_;
};

}  // namespace relay::settings
