#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace projections {

/// What an error asks for, which is all that anybody decides by.
enum class FailureKind {
  event,          ///< Bad data or a handler's own error: this event's fault.
  conflict,       ///< Deadlock, serialization, lock time-out: the same again, soon.
  timeout,        ///< A statement's time ran out or it was cancelled: the transaction is over.
  connection,     ///< Lost, shut down, read-only, out of connections or disk: a new connection.
  crash,          ///< The process died of it, again and again while it ran alone.
  refused,        ///< It can never pass: too large, no legal topic; trying again changes nothing.
  configuration,  ///< Missing table or column, no privilege, wrong password: an operator must act.
};

/// An error as a value: what it asks for, the SQLSTATE where there is one, and one line of text
/// without DETAIL or CONTEXT, which may carry row values.
struct Failure {
  FailureKind kind = FailureKind::event;
  std::string sqlstate;  ///< Five characters, or empty.
  std::string message;   ///< One line, at most 1,000 bytes, no control characters.
};

/// Whether an event may be to blame, so that others could pass: `event` and `configuration`. Any
/// other ends the transaction.
[[nodiscard]] constexpr bool may_be_an_events(FailureKind kind) {
  return kind == FailureKind::event || kind == FailureKind::configuration;
}

/// Tells what any exception asks for. @param error must not be null.
[[nodiscard]] Failure failure_of(const std::exception_ptr& error);

/// `failure_of(std::current_exception())`, for use in a catch block.
[[nodiscard]] Failure current_failure();

/// `text` made fit for `Failure::message` and for a `text` column: control characters and bytes
/// that are not UTF-8 escaped, at most 1,000 bytes, cut between characters.
[[nodiscard]] std::string one_line(std::string_view text);

/// The word for a kind, as it is stored in `event_delivery.error_class`: "event", "conflict", ….
[[nodiscard]] const char* to_string(FailureKind kind);

}  // namespace projections
