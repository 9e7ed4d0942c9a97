#include "relay/flow/crash/flight_record.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "relay/base/log.hpp"

namespace relay::flow {
namespace {

template <std::size_t Size>
void put(std::array<char, Size>& to, std::string_view text) {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::memcpy(to.data(), text.data(), length);
  to[length] = '\0';
}

constexpr std::int8_t no_digit = -1;

// Every event's id is read for this: by a table it takes a third of the time that comparing did.
constexpr std::array<std::int8_t, 256> digits_of_text = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(no_digit);
  for (const std::string_view text : {"0123456789abcdef", "0123456789ABCDEF"}) {
    std::int8_t value = 0;
    for (const char c : text) values.at(static_cast<unsigned char>(c)) = value++;
  }
  return values;
}();

std::optional<FlightLayout::Id> id_of(std::string_view text) {
  FlightLayout::Id id{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const std::int8_t value = digits_of_text[static_cast<unsigned char>(c)];
    if (value == no_digit || digits == 2 * id.size()) return std::nullopt;
    id[digits / 2] = static_cast<std::uint8_t>((id[digits / 2] << 4) | value);
    ++digits;
  }
  return digits == 2 * id.size() ? std::optional{id} : std::nullopt;
}

// A name that is free; the process id alone may come again, in a container always as 1.
int make_file(const std::string& folder, std::string& path) {
  for (int i = 0; i < 10'000; ++i) {
    path = folder + "/" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".flight";
    const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (handle >= 0 || errno != EEXIST) return handle;
  }
  return -1;
}

}  // namespace

FlightRecord::FlightRecord(const Options& options)
    : adopted_(options.folder, options.database.substr(0, 487)) {
  make(options);
}

void FlightRecord::make(const Options& options) {
  slots_ = std::clamp<std::size_t>(options.slots, 1, FlightLayout::slots_most);
  ids_max_ = std::clamp<std::size_t>(options.ids_max, 1, FlightLayout::ids_most);
  bytes_ = FlightLayout::file_bytes(slots_, ids_max_);
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  handle_ = make_file(options.folder, path_);
  if (handle_ < 0) {
    path_ = options.folder;
    return give_up(std::strerror(errno));
  }
  // Locked while it is empty: no relay adopts an empty file. Every block is there before it is
  // written to: on a full disk a store into a mapped hole would be a SIGBUS.
  if (::flock(handle_, LOCK_EX) != 0) return give_up(std::strerror(errno));
  const int full = ::posix_fallocate(handle_, 0, static_cast<off_t>(bytes_));
  if (full != 0) return give_up(std::strerror(full));
  void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, handle_, 0);
  if (memory == MAP_FAILED) return give_up(std::strerror(errno));
  memory_ = static_cast<std::byte*>(memory);
  auto* head = std::construct_at(reinterpret_cast<FlightLayout::Head*>(memory_));
  for (std::size_t i = 0; i < slots_; ++i) {
    std::construct_at(
        reinterpret_cast<FlightLayout::SlotHead*>(memory_ + FlightLayout::file_bytes(i, ids_max_)));
  }
  head->slots = static_cast<std::uint32_t>(slots_);
  head->ids_max = static_cast<std::uint32_t>(ids_max_);
  head->pid = static_cast<std::uint32_t>(::getpid());
  put(head->database, options.database);
  head->magic = FlightLayout::magic;
}

void FlightRecord::give_up(const char* what) {
  log::warn(
      "no flight record: an event that kills the process will not be told from its neighbours; "
      "set [relay] flight_record_dir to a folder that can be written to",
      {{"path", path_}, {"why", what}});
  if (handle_ >= 0) {
    ::unlink(path_.c_str());
    ::close(handle_);
    handle_ = -1;
  }
}

FlightRecord::~FlightRecord() {
  if (memory_ == nullptr) return;
  ::munmap(memory_, bytes_);
  ::unlink(path_.c_str());
  ::close(handle_);
}

FlightRecord::Flight::Flight(FlightRecord& record, std::size_t slot, std::string_view listener,
                             std::span<const projections::Event> events, bool alone) {
  if (!record.on() || slot >= record.slots_) return;
  std::byte* at = record.memory_ + FlightLayout::file_bytes(slot, record.ids_max_);
  slot_ = std::launder(reinterpret_cast<FlightLayout::SlotHead*>(at));
  auto* ids = at + sizeof(FlightLayout::SlotHead);
  slot_->state.store(SlotState::idle);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  std::uint32_t count = 0;
  for (const projections::Event& event : events) {
    if (count == record.ids_max_) break;
    const auto id = id_of(event.id);
    if (!id) continue;
    std::memcpy(ids + count * sizeof *id, id->data(), sizeof *id);
    ++count;
  }
  slot_->count = count;
  slot_->alone = alone ? 1 : 0;
  put(slot_->listener, listener);
  slot_->state.store(SlotState::in_flight, std::memory_order_release);
  name_crash_mark(&slot_->state);
}

void FlightRecord::blame(std::size_t slot) noexcept {
  if (!on() || slot >= slots_) return;
  auto* head = std::launder(reinterpret_cast<FlightLayout::SlotHead*>(
      memory_ + FlightLayout::file_bytes(slot, ids_max_)));
  if (head->state.load() == SlotState::in_flight) head->state.store(SlotState::crashed);
}

FlightRecord::Flight::~Flight() {
  if (slot_ == nullptr) return;
  name_crash_mark(nullptr);
  slot_->state.store(SlotState::idle, std::memory_order_release);
}

}  // namespace relay::flow
