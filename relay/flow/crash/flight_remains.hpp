#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay::flow {

/// What was in the air in one slot of a process that is no more.
struct FlightRemains {
  enum class End {
    crashed,   ///< This slot's own thread crashed: by a signal of its own making, or abort().
    vanished,  ///< The process went without a word: kill -9, out of memory, power, or another's
               ///< crash.
  };
  std::string listener;
  std::vector<std::string> event_ids;  ///< UUIDs as text, lower case.
  bool alone = false;                  ///< It was the only thing in the air, on purpose.
  End end = End::vanished;
};

/// The flight records that ended processes of one database have left in a folder, held by a lock so
/// that no other process adopts them too. What is not forgotten is found again at the next start.
class AdoptedRecords {
 public:
  /// Looks through the folder. Never throws: what cannot be read, is torn, or belongs to another
  /// user is stepped over, with a warning where an operator should know.
  AdoptedRecords(const std::string& folder, std::string_view database);
  ~AdoptedRecords();
  AdoptedRecords(const AdoptedRecords&) = delete;
  AdoptedRecords& operator=(const AdoptedRecords&) = delete;

  [[nodiscard]] const std::vector<FlightRemains>& remains() const { return remains_; }
  /// Deletes the files: call when the remains are stored in a safe place.
  void forget() noexcept;

 private:
  struct File;
  void look_at(const std::string& path, std::string_view database);

  std::vector<FlightRemains> remains_;
  std::vector<std::unique_ptr<File>> files_;
};

/// Reads a record's bytes and appends what was in the air: where a slot crashed, that one alone,
/// for the others are innocent then. @return false: torn, nothing was appended. Bytes may be
/// anything.
[[nodiscard]] bool read_flight_record(std::string_view bytes, std::vector<FlightRemains>& remains);

}  // namespace relay::flow
