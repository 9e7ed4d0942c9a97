#include "projections/harness/read_model.hpp"

#include <algorithm>

namespace projections::harness {
namespace {

// Each part in double quotes: a name is never SQL.
std::string quoted(const std::string& table) {
  std::string name = "\"";
  for (const char c : table) name += c == '"' ? "\"\"" : c == '.' ? "\".\"" : std::string{c};
  return name + '"';
}

std::string row_or_nothing(const std::vector<std::string>& rows, std::size_t i) {
  return i < rows.size() ? rows[i] : "no row";
}

}  // namespace

void ReadModel::clear(Tx& tx) const {
  std::string all;
  for (const auto& table : tables_) all += (all.empty() ? "" : ", ") + quoted(table);
  if (!all.empty()) tx.exec_unchecked("TRUNCATE " + all);
}

ReadModel::Rows ReadModel::rows(Tx& tx) const {
  Rows rows;
  for (const auto& table : tables_) {
    auto& of_table = rows.emplace_back();
    for (const auto& row :
         tx.exec_unchecked("SELECT freshet_row::text FROM " + quoted(table) + " AS freshet_row")) {
      of_table.emplace_back(row[0].c_str());
    }
    std::ranges::sort(of_table);
  }
  return rows;
}

Report ReadModel::compare(const Rows& a, const std::string& here, const Rows& b,
                          const std::string& there) const {
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    const std::size_t longer = std::max(a[t].size(), b[t].size());
    for (std::size_t i = 0; i < longer; ++i) {
      const std::string left = row_or_nothing(a[t], i);
      const std::string right = row_or_nothing(b[t], i);
      if (left == right) continue;
      return {"table " + tables_[t] + ", row " + std::to_string(i + 1) + " of " +
              std::to_string(a[t].size()) + "\n  " + here + ": " + left + "\n  " + there + ": " +
              right};
    }
  }
  return {};
}

}  // namespace projections::harness
