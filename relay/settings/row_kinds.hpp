#pragma once

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "relay/settings/table.hpp"

namespace relay::settings {

// The kinds of rows whose setter and getter follow from the field that they fill.

template <class Section, auto Field>
Integer<Section> integer(std::int64_t least, std::int64_t most) {
  return {least, most,
          [](Section& section, std::int64_t value) {
            using Value = std::remove_reference_t<decltype(section.*Field)>;
            section.*Field = static_cast<Value>(value);
          },
          [](const Section& section) { return static_cast<std::int64_t>(section.*Field); }};
}

/// A field of std::chrono, in its own unit.
template <class Section, auto Field>
Integer<Section> duration(std::int64_t least, std::int64_t most) {
  return {
      least, most,
      [](Section& section, std::int64_t value) {
        section.*Field = std::remove_reference_t<decltype(section.*Field)>{value};
      },
      [](const Section& section) { return static_cast<std::int64_t>((section.*Field).count()); }};
}

/// An enumeration whose values have these words, in their order.
template <class Section, auto Field>
OneOf<Section> one_of(std::vector<std::string> words) {
  return {std::move(words),
          [](Section& section, std::size_t index) {
            section.*Field = static_cast<std::remove_reference_t<decltype(section.*Field)>>(index);
          },
          [](const Section& section) { return static_cast<std::size_t>(section.*Field); }};
}

}  // namespace relay::settings
