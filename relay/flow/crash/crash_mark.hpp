#pragma once

#include <atomic>
#include <cstdint>

namespace relay::flow {

/// What a slot of the flight record says of itself.
enum class SlotState : std::uint32_t { idle = 0, in_flight = 1, crashed = 2 };

/// While one lives, a thread that dies of SIGSEGV, SIGBUS, SIGFPE, SIGILL or abort() leaves
/// `crashed` in the word that it has named, and then dies as it would have: the action that was
/// there before (a sanitizer's, a core dump) runs as if this one were not. A signal sent by another
/// process leaves no mark, for it says nothing about the work. Several may live at once.
class CrashMarks {
 public:
  CrashMarks();
  ~CrashMarks();
  CrashMarks(const CrashMarks&) = delete;
  CrashMarks& operator=(const CrashMarks&) = delete;
};

/// Names the calling thread's word, which must outlive the naming; null: none. At its first call a
/// thread gets a signal stack of its own, so that also an endless recursion leaves a mark.
void name_crash_mark(std::atomic<SlotState>* mark) noexcept;

}  // namespace relay::flow
