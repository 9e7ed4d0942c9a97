#include "relay/settings/difference.hpp"

#include <algorithm>
#include <type_traits>

#include "relay/base/in_quotes.hpp"
#include "relay/settings/table.hpp"

namespace relay::settings {
namespace {

template <class Section>
const Section* named(const std::vector<Section>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Section::name);
  return found == all.end() ? nullptr : &*found;
}

template <class Kind, class Section>
bool differs(const Kind& kind, const Section& a, const Section& b) {
  if constexpr (std::is_same_v<Kind, Inner<Section>>) {
    return false;  // a database's retention, and databases are compared as a whole
  } else if constexpr (requires { kind.get(a); }) {
    return kind.get(a) != kind.get(b);
  } else {
    return a.*kind.field != b.*kind.field;
  }
}

/// "workers, drain_s".
template <class Section>
std::string keys_that_differ(const std::vector<Row<Section>>& rows, const Section& before,
                             const Section& now) {
  std::string keys;
  for (const Row<Section>& row : rows) {
    const bool other =
        std::visit([&](const auto& kind) { return differs(kind, before, now); }, row.kind);
    if (other) keys += (keys.empty() ? "" : ", ") + row.name;
  }
  return keys;
}

template <class Section>
void compare_one(const std::string& label, const std::vector<Row<Section>>& rows,
                 const Section* before, const Section* now, std::vector<std::string>& changes) {
  if (before == nullptr && now == nullptr) return;
  if (before == nullptr) return changes.push_back(label + " (new)");
  if (now == nullptr) return changes.push_back(label + " (gone)");
  const std::string keys = keys_that_differ(rows, *before, *now);
  if (!keys.empty()) changes.push_back(label + " " + keys);
}

template <class Section>
void compare_all(const std::string& label, const std::vector<Row<Section>>& rows,
                 const std::vector<Section>& before, const std::vector<Section>& now,
                 std::vector<std::string>& changes) {
  for (const Section& one : before) {
    compare_one(label + " " + in_quotes(one.name), rows, &one, named(now, one.name), changes);
  }
  for (const Section& one : now) {
    if (named(before, one.name) != nullptr) continue;
    changes.push_back(label + " " + in_quotes(one.name) + " (new)");
  }
}

template <class Section>
const Section* address(const std::optional<Section>& section) {
  return section ? &*section : nullptr;
}

std::string sentence_of(const WhatChanged& changes) {
  const std::string databases = "what the settings say of databases";
  if (changes.at_next_start.empty()) {
    return changes.databases ? databases + " changed, and nothing else" : "no setting changed";
  }
  std::string all;
  for (const std::string& change : changes.at_next_start) all += (all.empty() ? "" : "; ") + change;
  return "these settings changed and are taken over at the next start only: " + all +
         (changes.databases ? "; " + databases + " changed, too" : "");
}

}  // namespace

Difference difference(const std::vector<Database>& now, const std::vector<Database>& wanted) {
  Difference result;
  for (const Database& database : now) {
    if (named(wanted, database.name) == nullptr) result.end.push_back(database.name);
  }
  for (const Database& database : wanted) {
    const Database* served = named(now, database.name);
    if (served == nullptr) {
      result.begin.push_back(database);
    } else if (*served != database) {
      result.changed.push_back(database);
    }
  }
  return result;
}

WhatChanged what_changed(const Settings& before, const Settings& now) {
  WhatChanged changes;
  std::vector<std::string>& later = changes.at_next_start;
  compare_one("[relay]", process_rows(), &before.relay, &now.relay, later);
  compare_one("[kafka]", kafka_rows(), address(before.kafka), address(now.kafka), later);
  compare_all("[[projection]]", projection_rows(), before.projections, now.projections, later);
  compare_all("[[forward]]", forward_rows(), before.forwards, now.forwards, later);
  const bool base = before.base != now.base || before.retention != now.retention;
  changes.databases = !difference(before.databases, now.databases).nothing() ||
                      before.catalogue != now.catalogue || (now.catalogue && base);
  changes.sentence = sentence_of(changes);
  return changes;
}

}  // namespace relay::settings
