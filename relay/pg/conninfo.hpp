#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace relay::pg {

enum class Wanted;

/// A connection's settings by libpq's keywords; they hold the password. Never print them.
using ConninfoOptions = std::map<std::string, std::string>;

/// A connection's settings with our deadlines filled in, and what may be said of them.
struct Conninfo {
  ConninfoOptions options;
  std::string description;  ///< "database app on db.example:5432 as relay".
};

/// Reads a libpq URI or keyword string and adds what is not said: connect_timeout, keepalives
/// after 10 s, tcp_user_timeout 15 s, the application's name, target_session_attrs. A
/// connect_timeout of 0, which is for ever, counts as not said.
/// @throws std::invalid_argument in words that hold nothing of the text itself.
[[nodiscard]] Conninfo read_conninfo(
    const std::string& text, const std::string& application_name, Wanted wanted,
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{5});

/// Where a conninfo leads, "db.example:5432": what all databases of one server, or of one pooler,
/// have alike. @throws as above.
[[nodiscard]] std::string server_of(const std::string& text);

/// The same text as keywords, with an option that makes sessions look into these schemas, in their
/// order, for names that say none. It stands behind the options that the text holds, or PGOPTIONS
/// (but not those of a service file, which it hides), and wins over them, over the role's
/// search_path and the database's. A pooler may drop it or refuse to pass it on. Holds the
/// password as the text does. @throws as `read_conninfo`.
[[nodiscard]] std::string with_search_path(const std::string& text,
                                           const std::vector<std::string>& schemas);

/// The settings as libpq's drivers take them, "key='value' …"; hold the password, too.
[[nodiscard]] std::string keywords_of(const ConninfoOptions& options);

}  // namespace relay::pg
