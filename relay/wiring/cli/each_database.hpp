#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "relay/operate/locks/sweep.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// How many databases a command works on at a time, each over a connection of its own.
inline constexpr std::size_t databases_at_once = 10;

/// What a command has to say of one database.
struct Told {
  std::string text = {};  ///< Whole lines for standard output, or nothing.
  int code = 0;           ///< One of `Exit`.
  /// The text is a sentence that there is nothing to show; of several databases it is said at the
  /// end, of all together.
  bool nothing = false;
};

/// What came of it.
struct Outcome {
  int code = 0;
  std::string complaint = {};  ///< Why it failed; empty: it did not.
  bool absent = false;         ///< What was named is not in this database.
};

struct HowTold {
  /// The text names its database itself; else the name is put before it where there are several.
  bool named = false;
  /// Databases without what was named are told; else they are passed over.
  bool absent = false;
  /// Has the last word on what is told of a database that did not fail: called on the caller's
  /// thread in the order of the settings. May be empty.
  std::function<void(std::size_t, Told&)> in_turn = {};
};

/// Does `work` for every database of the settings, `databases_at_once` of them at a time, on
/// threads of its own where there are several. Goes on after a failure. What is said comes in the
/// order of the settings, one database after the other: `Told::text` on standard output, failures
/// on standard error as "freshet: NAME: …", without the name where there is only one.
/// @param work gets the database's place in the settings. operate::NotHere is no failure as long as
///   any other database has what was named.
/// @return an outcome for each, in the order of the settings.
std::vector<Outcome> each_database(const Blueprint& blueprint,
                                   const std::function<Told(std::size_t)>& work,
                                   const HowTold& how = {});

/// The exit code for all of them: the highest.
[[nodiscard]] int worst(const std::vector<Outcome>& outcomes);

/// The text with the database's name before it: on its line, or above several, which are indented.
[[nodiscard]] std::string under_name(const std::string& database, const std::string& text);

/// `each_database` for what only looks. An outbox under a second name is told there by a sentence.
/// @param application how the connections introduce themselves. @return the exit code.
int read_each(const Blueprint& blueprint, const std::string& application,
              const std::function<Told(pg::Connection&, const settings::Database&)>& read);

/// What a command would change in a database.
struct Change {
  std::string before = {};  ///< What is said of it before the question: lines, or nothing.
  /// Makes it. @return what was done, in lines. Empty: there is nothing to do.
  std::function<std::string(pg::Connection&, const operate::Progress&)> act = {};
};
using Look = std::function<Change(pg::Connection&, const settings::Database&)>;

/// Looks at every database for what there is to change, asks once, and changes it in all of them.
/// A database that could not be looked at, or whose outbox one before it leads to, is told before
/// the question and left alone.
/// @param application how the connections introduce themselves. @return the exit code.
int change_each(const Blueprint& blueprint, const std::string& application, bool without_asking,
                const Look& look);

}  // namespace relay::wiring
