#include "relay/base/log.hpp"

#include <chrono>
#include <cstdio>
#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace relay::log {
namespace {

Format& chosen_format() {
  static Format format = Format::text;
  return format;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> shared = [] {
    auto made = std::make_shared<spdlog::logger>(
        "freshet", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%-5l%$ %v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *shared;
}

spdlog::level::level_enum spd(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

const char* word(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error:
    case Level::off: return "error";
  }
  return "info";
}

// Escapes what could end the line or the JSON string; bytes of UTF-8 pass.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", byte);
      out += buffer;
    } else if (quotes && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

std::string as_text(std::string_view message, std::initializer_list<Field> fields) {
  std::string line;
  append_escaped(line, message, false);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_escaped(line, field.value, false);
  }
  return line;
}

std::string as_json(Level level, std::string_view message, std::initializer_list<Field> fields) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  std::string line = "{\"time_ms\":" + std::to_string(now.count()) + ",\"level\":\"" + word(level) +
                     "\",\"message\":\"";
  append_escaped(line, message, true);
  for (const Field& field : fields) {
    line += "\",\"";
    line += field.key;
    line += "\":\"";
    append_escaped(line, field.value, true);
  }
  return line + "\"}";
}

}  // namespace

void configure(Format format, Level level) {
  chosen_format() = format;
  logger().set_level(spd(level));
  if (format == Format::json) logger().set_pattern("%v");
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) noexcept {
  try {
    if (!logger().should_log(spd(level))) return;
    const bool json = chosen_format() == Format::json;
    logger().log(spd(level), spdlog::string_view_t{"{}"},
                 json ? as_json(level, message, fields) : as_text(message, fields));
  } catch (...) {
    // A log line that cannot be written must not stop the work; there is nowhere to say so.
  }
}

}  // namespace relay::log
