#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/stage/options.hpp"
#include "bench/stage/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bench {

/// A database of its own for one run; dropped in the destructor.
class Database {
 public:
  /// @param admin of the same server, for as long as this lives.
  Database(Session& admin, std::string name, const std::string& from_template = "");
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Session& session() { return *session_; }
  /// Closes the session, which a template must not have.
  void hang_up() { session_.reset(); }

 private:
  Session& admin_;
  std::string name_;
  std::string url_;
  std::unique_ptr<Session> session_;
};

/// A build of the relay that is measured.
struct Subject {
  std::string name;    ///< "freshet", or "against" for the one to compare with.
  std::string binary;  ///< Path of `freshet`.
};

/// Where workloads run: the server, a folder, and what was asked for. One thread.
class Stage {
 public:
  /// @throws std::runtime_error when there is no server at FRESHET_TEST_URL.
  explicit Stage(Options options);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] int rounds() const;
  /// The one of three sizes that was asked for.
  template <class Number>
  [[nodiscard]] Number sized(Number small, Number usual, Number full) const {
    if (options_.size == Size::small) return small;
    return options_.size == Size::full ? full : usual;
  }
  [[nodiscard]] const std::vector<Subject>& subjects() const { return subjects_; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  [[nodiscard]] Session& admin() { return admin_; }

  /// An empty database.
  [[nodiscard]] std::unique_ptr<Database> database();
  /// A copy of the one that `fill` makes when `key` is asked for the first time: the same work for
  /// each case and round, at the price of a copy of files.
  [[nodiscard]] std::unique_ptr<Database> copy(const std::string& key,
                                               const std::function<void(Database&)>& fill);
  /// Drops what was copied from, for the room that it takes.
  void forget_copies() { templates_.clear(); }

 private:
  [[nodiscard]] std::string next_name();

  Options options_;
  std::vector<Subject> subjects_;
  tests::TemporaryFolder folder_;
  Session admin_;
  int databases_ = 0;
  std::map<std::string, std::unique_ptr<Database>> templates_;
};

/// A variable of the environment. @throws std::runtime_error that says how the bench is started.
[[nodiscard]] std::string needed_variable(const char* name);

/// What the bench is doing, for who watches: a line on standard error.
void say(const std::string& text);

}  // namespace bench
