#include "relay/wiring/process/wanted.hpp"

#include <algorithm>
#include <utility>

namespace relay::wiring {
namespace {

using settings::Database;

bool has(const std::vector<Database>& databases, const std::string& name) {
  return std::ranges::find(databases, name, &Database::name) != databases.end();
}

}  // namespace

std::vector<settings::RefusedRow> Wanted::catalogue_says(
    const settings::CatalogueContents& contents) {
  std::vector<Database> now = contents.databases;
  std::vector<settings::RefusedRow> fresh;
  for (const settings::RefusedRow& row : contents.refused) {
    const auto before = std::ranges::find(in_catalogue_, row.name, &Database::name);
    const bool stays = before != in_catalogue_.end() && !has(contents.databases, row.name);
    if (stays && !has(now, row.name)) now.push_back(*before);
    if (std::ranges::find(refused_, row) != refused_.end()) continue;
    fresh.push_back(row);
    if (stays && !has(in_file_, row.name)) fresh.back().sentence += "; it is served on as it was";
  }
  refused_ = contents.refused;
  in_catalogue_ = std::move(now);
  return fresh;
}

std::vector<Database> Wanted::all() const {
  std::vector<Database> all = in_file_;
  for (const Database& database : in_catalogue_) {
    if (!has(in_file_, database.name)) all.push_back(database);
  }
  return all;
}

}  // namespace relay::wiring
