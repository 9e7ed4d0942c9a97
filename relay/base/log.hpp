#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace relay::log {

enum class Level { debug, info, warn, error, off };
enum class Format { text, json };

/// One named value of a log line. Never a payload, never a secret.
struct Field {
  std::string_view key;
  std::string value;
};

/// Chooses the format and the least level, `off` for no line; lines go to standard error. Called
/// once by main, before any thread starts. Without it: text, info.
void configure(Format format, Level level);

/// Writes one line. Control characters in the message and the values are escaped.
/// Threads: any. Never throws.
void write(Level level, std::string_view message,
           std::initializer_list<Field> fields = {}) noexcept;

inline void debug(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
  write(Level::debug, m, f);
}
inline void info(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
  write(Level::info, m, f);
}
inline void warn(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
  write(Level::warn, m, f);
}
inline void error(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
  write(Level::error, m, f);
}

}  // namespace relay::log
