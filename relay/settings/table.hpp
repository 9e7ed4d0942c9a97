#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "relay/settings/settings.hpp"

namespace relay::settings {

/// A whole number with bounds.
template <class Section>
struct Integer {
  std::int64_t least;
  std::int64_t most;
  void (*set)(Section&, std::int64_t);
  std::int64_t (*get)(const Section&);
};

/// One word of a few.
template <class Section>
struct OneOf {
  std::vector<std::string> words;
  void (*set)(Section&, std::size_t);
  std::size_t (*get)(const Section&);
};

/// What a string must look like beyond being one.
enum class Shape {
  any,
  name,    ///< A letter or "_", then letters, digits, "_", "." or "-"; 64 characters at most.
  secret,  ///< Not empty, and never shown: a url, a query that may hold one.
};

template <class Section>
struct Text {
  std::string Section::*field;
  Shape shape;
};

/// A list of strings, none of them empty; a single string is allowed where `or_one` says so.
template <class Section>
struct Texts {
  std::vector<std::string> Section::*field;
  bool or_one;
  std::size_t longest;  ///< Bytes per string; 0: no limit.
};

/// A list of whole numbers of seconds, which may be empty.
template <class Section>
struct Pauses {
  projections::RetrySchedule Section::*field;
  std::int64_t most;    ///< Seconds, each.
  std::size_t longest;  ///< Numbers.
};

template <class Section>
struct Flag {
  bool Section::*field;
};

/// Names that only a library knows, and their values: strings, whole numbers, booleans. A table
/// within the section; never shown.
template <class Section>
struct Options {
  std::map<std::string, std::string> Section::*field;
};

/// A table within the section that has rows of its own and is read by them.
template <class Section>
struct Inner {
  std::string label;  ///< Where its rows are documented.
};

/// One setting: parser, validator and documentation in one row.
template <class Section>
struct Row {
  using Kind = std::variant<Integer<Section>, OneOf<Section>, Text<Section>, Texts<Section>,
                            Pauses<Section>, Flag<Section>, Options<Section>, Inner<Section>>;

  // A constructor, because g++ 12 crashes on default member initialisers here.
  Row(std::string n, Kind k, std::string p, bool r = false, std::string d = {})
      : name(std::move(n)),
        kind(std::move(k)),
        prose(std::move(p)),
        required(r),
        default_words(std::move(d)) {}

  std::string name;
  Kind kind;
  std::string prose;
  bool required;
  std::string default_words;  ///< Said instead of the value, where the default is computed.
};

/// Every setting there is, in the order in which it is documented.
[[nodiscard]] const std::vector<Row<Relay>>& relay_rows();
[[nodiscard]] const std::vector<Row<Relay>>& process_rows();  ///< Of them those of `Relay` alone.
[[nodiscard]] const std::vector<Row<Retention>>& retention_rows();
[[nodiscard]] const std::vector<Row<Database>>& database_rows();
[[nodiscard]] const std::vector<Row<Database>>& own_database_rows();  ///< Those without `Work`'s.
[[nodiscard]] const std::vector<Row<Catalogue>>& catalogue_rows();
[[nodiscard]] const std::vector<Row<Projection>>& projection_rows();
[[nodiscard]] const std::vector<Row<Kafka>>& kafka_rows();
[[nodiscard]] const std::vector<Row<Forward>>& forward_rows();

}  // namespace relay::settings
