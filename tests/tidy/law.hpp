#pragma once

#include <array>
#include <string_view>
#include <vector>

// The law of the house. What is not listed here is not allowed.
//
//   rule        says
//   arrows      an #include "…" follows an arrow below: down, never sideways, never up
//   libraries   a third-party library is included by its own room alone
//   size        a file has at most 300 lines, a function 70, a line 100 characters
//   names       files are named in snake_case, migrations V001__what_it_does.sql
//   headers     a header begins with #pragma once
//   statements  schema/statements/NAME.sql is "-- name: NAME" and one statement, or one round trip
//               of transaction control
//   words       no using namespace std, naked new or delete, detached thread; no sleep in relay/
//   uses        what `using a::b;` or `namespace a = b;` brings into a .cpp is used there
//   paths       no path of a developer's own machine
//   readmes     each top folder and each room of relay/ says in a README.md what lives there

namespace tests::tidy::law {

/// Where a file may take its includes from, beside its own folder. The first row that fits counts.
/// "@rooms" and "@ground" stand for the rooms below; "@base" for what all of relay/ may use.
struct Arrow {
  std::string_view from;
  std::vector<std::string_view> to;
};

inline constexpr std::array rooms = {
    "relay/lanes/",  "relay/decode/",  "relay/deliveries/", "relay/listeners/", "relay/forward/",
    "relay/upkeep/", "relay/measure/", "relay/settings/",   "relay/preflight/", "relay/operate/",
};
inline constexpr std::array ground = {"relay/flow/", "relay/pg/"};  ///< Above relay/base/.

inline constexpr std::array base = {"relay/base/", "projections/", "schema/"};

inline const std::vector<Arrow> arrows = {
    {"relay/main.cpp", {"relay/wiring/", "relay/run.hpp"}},
    {"relay/run.", {"relay/run.hpp", "relay/wiring/", "relay/store/around.hpp", "projections/"}},
    {"relay/wiring/",
     {"relay/runtime/", "relay/engine/", "relay/store/", "@rooms", "@ground", "@base"}},
    {"relay/runtime/",
     {"relay/engine/", "relay/store/store.hpp", "relay/store/worker_session.hpp",
      "relay/listeners/", "relay/flow/", "relay/base/", "projections/"}},
    {"relay/engine/",
     {"relay/store/store.hpp", "relay/store/worker_session.hpp", "relay/store/scout_session.hpp",
      "relay/store/claim.hpp", "relay/store/batch_end.hpp", "relay/lanes/", "relay/decode/",
      "relay/deliveries/", "relay/listeners/", "relay/measure/", "relay/flow/", "relay/base/",
      "projections/"}},
    {"relay/store/outbox/",
     {"relay/store/", "relay/lanes/", "relay/decode/", "relay/deliveries/", "relay/listeners/",
      "@ground", "@base"}},
    {"relay/store/",
     {"relay/lanes/", "relay/decode/", "relay/deliveries/", "relay/listeners/", "relay/flow/",
      "projections/"}},
    {"relay/lanes/", {}},  // pure
    {"relay/decode/", {"projections/"}},
    {"relay/deliveries/", {"projections/"}},
    {"relay/listeners/", {"relay/flow/", "projections/"}},
    {"relay/forward/", {"relay/flow/", "relay/base/", "projections/"}},
    {"@rooms", {"@ground", "@base"}},
    {"@ground", {"@base"}},
    {"relay/base/", {}},
    {"projections/", {"schema/"}},
    {"config/", {"relay/run.hpp", "projections/"}},
    {"tests/chaos/service/",
     {"relay/run.hpp", "relay/store/", "relay/lanes/", "relay/deliveries/", "projections/",
      "tests/support/"}},
    {"tests/chaos/", {}},  // what judges the relay shares nothing with it
    {"tests/", {"relay/", "projections/", "schema/", "bench/figures/"}},
    {"bench/projection_service.cpp", {"relay/run.hpp", "projections/"}},
    {"bench/micro/", {"relay/lanes/", "relay/decode/", "relay/flow/", "relay/measure/"}},
    {"bench/", {"tests/support/"}},  // what measures the relay shares nothing with it
};

/// A library, told by how its headers begin, and the files that may include it; the first row that
/// fits counts. Tests and bench are free. A header that fits no row must be the system's: without
/// "/" and ".", or below sys/, or one of `system_headers`.
struct Library {
  std::string_view header;
  std::vector<std::string_view> homes;
};

/// Who may own a thread, or let one wait. The engine and its store's door are not among them: they
/// decide, and their owner calls them.
inline const std::vector<std::string_view> thread_owners = {
    "relay/runtime/",       "relay/pg/",
    "relay/wiring/",        "relay/base/",
    "relay/forward/kafka/", "projections/failpoint.cpp",
};

inline const std::vector<Library> libraries = {
    {"thread", thread_owners},
    {"condition_variable", thread_owners},
    {"future", {}},
    {"pqxx/result", {"relay/pg/", "relay/store/outbox/", "relay/operate/", "projections/"}},
    {"pqxx/row", {"relay/pg/", "projections/"}},
    {"pqxx/", {"relay/pg/", "projections/tx.hpp", "projections/failure.cpp"}},
    {"libpq-fe.h", {"relay/pg/"}},
    {"nlohmann/",
     {"projections/event.", "projections/per_event.", "projections/handler.", "projections/sql/",
      "projections/event_template.", "relay/decode/", "relay/operate/", "relay/forward/format.",
      "relay/forward/event_headers."}},
    {"simdjson.h", {"relay/decode/payload_check.cpp"}},
    {"toml++/", {"relay/settings/"}},
    {"CLI/", {"relay/wiring/cli/command_line"}},
    {"spdlog/", {"relay/base/"}},
    {"fmt/", {"relay/base/"}},
    {"concurrentqueue", {"relay/flow/"}},
    {"blockingconcurrentqueue", {"relay/flow/"}},
    {"librdkafka/", {"relay/forward/kafka", "config/example_consumer.cpp"}},
    {"prometheus/", {"relay/measure/"}},
    {"gtest/", {}},
    {"gmock/", {}},
};

inline constexpr std::array system_headers = {
    "sys/",     "unistd.h", "fcntl.h",  "poll.h", "signal.h", "pthread.h",
    "endian.h", "netdb.h",  "netinet/", "arpa/",  "pwd.h",
};

inline constexpr int file_lines = 300;
inline constexpr int script_lines = 400;  ///< of `dev`, which is one file on purpose
inline constexpr int function_lines = 70;
inline constexpr int line_characters = 100;
inline constexpr int readme_lines_least = 3;
inline constexpr int readme_lines_most = 15;  ///< of a room's README.md

/// What a statement that steers the transaction begins with.
inline constexpr std::array control_words = {"BEGIN",   "COMMIT", "ROLLBACK",
                                             "RELEASE", "SET",    "SAVEPOINT"};

inline constexpr std::array top_folders = {"bench", "config", "projections",
                                           "relay", "schema", "tests"};

}  // namespace tests::tidy::law
