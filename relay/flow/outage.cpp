#include "relay/flow/outage.hpp"

#include "relay/base/clock_time.hpp"

namespace relay::flow {
namespace {

constexpr std::string_view next_try = "; next try ";

std::string_view without_next_try(std::string_view sentence) {
  return sentence.substr(0, sentence.rfind(next_try));
}

}  // namespace

std::string outage_sentence(const std::string& who, const Breaker::View& view) {
  if (view.state == Breaker::State::closed || view.why.empty()) return "";
  const std::string when = view.retry ? "at " + clock_time(*view.retry) + " UTC" : "now";
  return who + " cannot be used since " + clock_time(view.since) + ": " + view.why +
         std::string{next_try} + when;
}

bool is_same_outage(std::string_view one, std::string_view other) {
  return without_next_try(one) == without_next_try(other);
}

}  // namespace relay::flow
