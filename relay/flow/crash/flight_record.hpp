#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "projections/event.hpp"
#include "relay/flow/crash/crash_mark.hpp"
#include "relay/flow/crash/flight_layout.hpp"
#include "relay/flow/crash/flight_remains.hpp"

namespace relay::flow {

/// Names what is in the hands of a listener, in a file that outlives the process: a slot for each
/// worker. An event that kills the process is found there at the next start. Noting costs a few
/// stores into memory; the kernel keeps the file, whatever becomes of the process.
///
/// Where the file cannot be made, a warning says so and nothing is noted. Threads: each slot is one
/// thread's; the rest is the owner's.
class FlightRecord {
 public:
  struct Options {
    std::string folder;         ///< Made if it is not there. Several processes may share it.
    std::string database;       ///< What tells databases apart; never a password. 487 bytes count.
    std::size_t slots = 1;      ///< How many threads note, 1,024 at most.
    std::size_t ids_max = 500;  ///< Events noted in a slot; further ones are not, 10,000 at most.
  };
  class Flight;

  /// Adopts what ended processes of the database have left, and makes a file of its own. Never
  /// throws but for memory.
  explicit FlightRecord(const Options& options);
  /// Deletes its file: nothing is in the air.
  ~FlightRecord();
  FlightRecord(const FlightRecord&) = delete;
  FlightRecord& operator=(const FlightRecord&) = delete;

  [[nodiscard]] bool on() const { return memory_ != nullptr; }
  /// The slot's thread is stuck and the process is about to end for it: as if it had crashed.
  void blame(std::size_t slot) noexcept;
  [[nodiscard]] AdoptedRecords& adopted() { return adopted_; }

 private:
  void make(const Options& options);
  void give_up(const char* what);

  AdoptedRecords adopted_;
  CrashMarks marks_;
  std::string path_;
  int handle_ = -1;
  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t slots_ = 0;
  std::size_t ids_max_ = 0;
};

/// Events in a listener's hands, for as long as this object lives.
class FlightRecord::Flight {
 public:
  /// @param slot the calling thread's own, from 0. @param alone these events are suspects and run
  /// with nothing beside them in this process.
  Flight(FlightRecord& record, std::size_t slot, std::string_view listener,
         std::span<const projections::Event> events, bool alone);
  ~Flight();
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

 private:
  FlightLayout::SlotHead* slot_ = nullptr;
};

}  // namespace relay::flow
