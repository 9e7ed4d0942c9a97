#pragma once

#include <utility>
#include <vector>

#include "relay/settings/catalogue.hpp"

namespace relay::wiring {

/// Which databases are to be served: those of the file, then those of the catalogue. Pure.
class Wanted {
 public:
  /// @param in_file, in_catalogue as they were read first. @param refused rows, told by now.
  Wanted(std::vector<settings::Database> in_file, std::vector<settings::Database> in_catalogue,
         std::vector<settings::RefusedRow> refused = {})
      : in_file_(std::move(in_file)),
        in_catalogue_(std::move(in_catalogue)),
        refused_(std::move(refused)) {}

  void file_says(std::vector<settings::Database> databases) { in_file_ = std::move(databases); }
  /// A database whose row is refused by now stays as it was. @return refusals that are new, each
  /// of which says so.
  std::vector<settings::RefusedRow> catalogue_says(const settings::CatalogueContents& contents);
  [[nodiscard]] std::vector<settings::Database> all() const;

 private:
  std::vector<settings::Database> in_file_;
  std::vector<settings::Database> in_catalogue_;
  std::vector<settings::RefusedRow> refused_;
};

}  // namespace relay::wiring
