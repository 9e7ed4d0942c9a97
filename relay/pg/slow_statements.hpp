#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pqxx/result>

namespace relay::pg {

/// Which of a connection's statements are told in the log, at level warn.
struct SlowStatements {
  std::string database;                      ///< Its name in the settings, for the line.
  std::chrono::milliseconds longer_than{0};  ///< 0: none, and no clock is read.
};

/// What a statement is called: by its first line, "-- name: …", which embed.cmake demands of each;
/// COMMIT and ROLLBACK by themselves. "": it has no name. A part of `sql`, or lasting.
[[nodiscard]] std::string_view name_of(std::string_view sql) noexcept;

/// What the statements of a script are called: "complete_update+commit". Each name once, in a space
/// of its own: "+…" for what finds no place. What only steers the transaction is named where there
/// is nothing else.
class StatementNames {
 public:
  /// Adds the name of one that has a name.
  void add(std::string_view sql) noexcept { add_name(name_of(sql)); }
  /// @param name of a few letters, for what has none.
  void add_name(std::string_view name) noexcept;
  /// As long as this object lives and nothing is added.
  [[nodiscard]] std::string_view text() const noexcept;

 private:
  [[nodiscard]] bool has(std::string_view name) const noexcept;

  std::array<char, 240> space_{};
  std::size_t used_ = 0;
  std::string_view steering_;  ///< The first of those that only steer; lasting.
};

/// Takes the time of one statement, and tells it if that was long: its name, never its text or a
/// value. One whose name is empty is not told. Costs two looks at the clock.
class StatementTimer {
 public:
  /// Both are borrowed. @param waited how long the work had waited for its connection.
  StatementTimer(const SlowStatements& slow, std::chrono::milliseconds waited,
                 std::string_view name);
  /// Tells, if there is something to be told; without `ended` the statement has failed.
  ~StatementTimer();
  StatementTimer(const StatementTimer&) = delete;
  StatementTimer& operator=(const StatementTimer&) = delete;

  /// It is done. @return what it is given.
  [[nodiscard]] pqxx::result ended(pqxx::result result);

 private:
  using Clock = std::chrono::steady_clock;
  void tell(Clock::duration took, Clock::time_point now) const;

  const SlowStatements& slow_;
  std::chrono::milliseconds waited_;
  std::string_view name_;
  std::optional<Clock::time_point> began_;  ///< None: not measured.
  std::optional<std::int64_t> rows_;
};

}  // namespace relay::pg
