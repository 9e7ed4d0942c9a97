#include "projections/guard/guard.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "projections/array_literal.hpp"
#include "projections/with_value.hpp"
#include "schema/statements.hpp"

namespace projections::guard {
namespace {

constexpr std::ptrdiff_t max_characters = 255;  // processed_events.idempotency_key

constexpr const char* what = "guard";

std::string_view or_id(std::string_view key_template) {
  return key_template.empty() ? "${id}" : key_template;
}

// By key, so that transactions that share some wait for each other in one order.
void sort(std::vector<Entry>& entries) {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.seq < b.seq;
  });
}

std::string keys_of(const std::vector<Entry>& entries) {
  std::vector<std::string_view> keys;
  keys.reserve(entries.size());
  for (const Entry& entry : entries) keys.push_back(entry.key);
  return array_literal(keys);
}

std::ptrdiff_t characters_of(std::string_view utf8) {
  return std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

}  // namespace

Guard::Guard(std::string_view listener, std::string_view key_template)
    : prefix_(std::string{listener} + ':'), template_(or_id(key_template), what) {}

std::vector<std::string> Guard::faults(std::string_view key_template) {
  if (key_template == by_completion) return {};
  std::vector<std::string> found = EventTemplate::faults(or_id(key_template), what);
  if (found.empty() && !EventTemplate{or_id(key_template), what}.any_field()) {
    found.emplace_back(
        "guard names no field, so that only one event would ever be applied; "
        "write one such as ${aggregate_id}, or \"completion\" for no guard rows");
  }
  return found;
}

std::string Guard::stored_key(const Event& event) const {
  std::string key = prefix_ + template_.text_of(event);
  const auto length = characters_of(key);
  if (length > max_characters) {
    throw std::invalid_argument{"the guard key is " + std::to_string(length) +
                                " characters long; with the projection's name 255 are allowed"};
  }
  if (key.find('\0') != std::string::npos) {
    throw std::invalid_argument{"the guard key has a NUL character, which PostgreSQL cannot keep"};
  }
  return key;
}

std::string inserting_new_rows(std::vector<Entry> entries, Tx& tx) {
  sort(entries);
  return with_value(schema::statements::guard_insert_new, tx.quote(keys_of(entries)));
}

std::vector<std::size_t> insert_rows(std::vector<Entry> entries, Tx& tx, const std::string& ahead) {
  sort(entries);
  const auto repeats = std::unique(entries.begin(), entries.end(),
                                   [](const Entry& a, const Entry& b) { return a.key == b.key; });
  entries.erase(repeats, entries.end());
  const std::string insert =
      with_value(schema::statements::guard_insert, tx.quote(keys_of(entries)));
  const pqxx::result rows = tx.exec_unchecked(ahead.empty() ? insert : ahead + ";\n" + insert);

  std::unordered_set<std::string_view> inserted;
  for (const auto& row : rows) inserted.insert(row[0].c_str());
  std::vector<std::size_t> fresh;
  for (const Entry& entry : entries) {
    if (inserted.contains(entry.key)) fresh.push_back(entry.place);
  }
  std::ranges::sort(fresh);
  return fresh;
}

}  // namespace projections::guard
