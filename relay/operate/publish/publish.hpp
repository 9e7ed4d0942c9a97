#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <stdexcept>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Publishing ended at a bad line. `what()` says which line, why, and how many events were
/// published before it; the transaction the line belongs to left nothing.
class PublishError : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Turns JSON lines into events, `lines_per_transaction` (1 or more) in each transaction; empty
/// lines are passed over. Wakes the relays once per transaction.
/// @param progress told the number of events published so far, after each commit.
/// @return the number of events published.
/// @throws PublishError for a line that is no event or that the database refuses; pqxx::failure and
///   kin, with the last transaction rolled back or, when the connection broke in COMMIT, in doubt.
std::int64_t publish(std::istream& lines, pg::Connection& connection, int lines_per_transaction,
                     const std::function<void(std::int64_t)>& progress = {});

}  // namespace relay::operate
