#pragma once

#include <stdexcept>

namespace relay::operate {

/// The operator asked for something that cannot be meant or is not there. `what()` is one sentence
/// that says what to do instead.
class UsageError : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// What the operator named is not in this database. It may be in another.
class NotHere : public UsageError {
  using UsageError::UsageError;
};

}  // namespace relay::operate
