#include "relay/flow/crash/flight_remains.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "relay/base/log.hpp"
#include "relay/flow/crash/flight_layout.hpp"

namespace relay::flow {
namespace {

constexpr std::size_t files_most = 256;  // adopted at one start; the rest at the next

std::string uuid_text(const FlightLayout::Id& id) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[id[i] >> 4];
    text += digits[id[i] & 15];
  }
  return text;
}

template <std::size_t Size>
std::optional<std::string> text_in(const std::array<char, Size>& bytes) {
  const auto* end = std::find(bytes.begin(), bytes.end(), '\0');
  if (end == bytes.end()) return std::nullopt;
  return std::string{bytes.begin(), end};
}

// The bytes need not be aligned, and may say anything.
template <class Struct>
void copy_out(Struct& to, std::string_view bytes, std::size_t at) {
  std::memcpy(&to, bytes.data() + at, sizeof to);
}

struct PlainSlotHead {  // SlotHead without the atomic, which cannot be copied
  SlotState state;
  std::uint32_t alone;
  std::uint32_t count;
  std::uint32_t reserved;
  std::array<char, 528> listener;
};
static_assert(sizeof(PlainSlotHead) == sizeof(FlightLayout::SlotHead));

std::optional<FlightLayout::Head> head_of(std::string_view bytes) {
  FlightLayout::Head head{};
  if (bytes.size() < sizeof head) return std::nullopt;
  copy_out(head, bytes, 0);
  if (head.magic != FlightLayout::magic) return std::nullopt;
  return head;
}

std::string read_whole(int handle, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::pread(handle, bytes.data() + have, size - have, static_cast<off_t>(have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace

bool read_flight_record(std::string_view bytes, std::vector<FlightRemains>& remains) {
  const auto head = head_of(bytes);
  if (!head || head->slots > FlightLayout::slots_most || head->ids_max > FlightLayout::ids_most ||
      bytes.size() != FlightLayout::file_bytes(head->slots, head->ids_max)) {
    return false;
  }
  std::vector<FlightRemains> found;
  bool crashed = false;
  for (std::size_t i = 0; i < head->slots; ++i) {
    const std::size_t at = FlightLayout::file_bytes(i, head->ids_max);
    PlainSlotHead slot{};
    copy_out(slot, bytes, at);
    if (slot.state == SlotState::idle) continue;
    const auto listener = text_in(slot.listener);
    if (slot.state > SlotState::crashed || slot.count > head->ids_max || slot.alone > 1 ||
        !listener || listener->empty()) {
      return false;
    }
    const bool own = slot.state == SlotState::crashed;
    crashed = crashed || own;
    FlightRemains left{*listener,
                       {},
                       slot.alone == 1,
                       own ? FlightRemains::End::crashed : FlightRemains::End::vanished};
    for (std::size_t n = 0; n < slot.count; ++n) {
      FlightLayout::Id id{};
      copy_out(id, bytes, at + sizeof slot + n * sizeof id);
      left.event_ids.push_back(uuid_text(id));
    }
    found.push_back(std::move(left));
  }
  for (FlightRemains& left : found) {
    if (!crashed || left.end == FlightRemains::End::crashed) remains.push_back(std::move(left));
  }
  return true;
}

struct AdoptedRecords::File {
  std::string path;
  int handle;
  File(std::string where, int opened) : path(std::move(where)), handle(opened) {}
  ~File() { ::close(handle); }  // which ends the lock
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};

AdoptedRecords::AdoptedRecords(const std::string& folder, std::string_view database) {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".flight") paths.push_back(at->path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (files_.size() < files_most) look_at(path, database);
  }
}

AdoptedRecords::~AdoptedRecords() = default;

void AdoptedRecords::look_at(const std::string& path, std::string_view database) {
  const int handle = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (handle < 0) return;
  auto file = std::make_unique<File>(path, handle);
  struct stat about {};
  if (::flock(handle, LOCK_EX | LOCK_NB) != 0) return;  // its process lives
  if (::fstat(handle, &about) != 0 || !S_ISREG(about.st_mode) || about.st_nlink == 0 ||
      about.st_uid != ::geteuid() || about.st_size == 0) {
    return;  // another user's, or just being made, or deleted meanwhile
  }
  const auto most = FlightLayout::file_bytes(FlightLayout::slots_most, FlightLayout::ids_most);
  const auto size = static_cast<std::size_t>(about.st_size);
  const std::string bytes = size > most ? std::string{} : read_whole(handle, size);
  const auto head = head_of(bytes);
  if (!head) {
    log::warn("a file among the flight records is none and is left alone", {{"file", path}});
    return;
  }
  const auto whose = text_in(head->database);
  if (whose && *whose != database) return;
  if (!whose || !read_flight_record(bytes, remains_)) {
    log::warn("a flight record is torn and is not used; what it named runs as if nothing had been",
              {{"file", path}});
  }
  files_.push_back(std::move(file));
}

void AdoptedRecords::forget() noexcept {
  for (const auto& file : files_) ::unlink(file->path.c_str());
  files_.clear();
  remains_.clear();
}

}  // namespace relay::flow
