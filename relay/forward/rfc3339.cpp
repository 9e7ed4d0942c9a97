#include "relay/forward/rfc3339.hpp"

#include <stdexcept>

namespace relay::forward {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr sys_days first_day{std::chrono::year{0} / 1 / 1};
constexpr sys_days last_day{std::chrono::year{9999} / 12 / 31};

void put(char* at, std::size_t digits, std::int64_t value) {
  for (char* digit = at + digits; digit != at; value /= 10) {
    *--digit = static_cast<char>('0' + value % 10);
  }
}

}  // namespace

std::string rfc3339(projections::DatabaseTime time) {
  const auto day = std::chrono::floor<days>(time);
  if (day < first_day || day > last_day) {
    throw std::invalid_argument{
        "the publication_date is not within the years 0 to 9999, which a header can tell"};
  }
  const std::chrono::year_month_day date{day};
  const std::int64_t micros = (time - day).count();
  const std::int64_t seconds = micros / 1'000'000;
  std::string text = "0000-00-00T00:00:00.000000Z";
  put(&text[0], 4, int{date.year()});
  put(&text[5], 2, unsigned{date.month()});
  put(&text[8], 2, unsigned{date.day()});
  put(&text[11], 2, seconds / 3'600);
  put(&text[14], 2, seconds / 60 % 60);
  put(&text[17], 2, seconds % 60);
  put(&text[20], 6, micros % 1'000'000);
  return text;
}

}  // namespace relay::forward
