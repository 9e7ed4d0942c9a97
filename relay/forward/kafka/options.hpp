#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace relay::forward::kafka {

/// Settings of librdkafka by their names, as `[kafka.options]` gives them.
using Options = std::map<std::string, std::string>;

/// Why a setting of librdkafka (2.0 to 2.8, its aliases and what it hides included) may not be
/// given, and what to do instead, one sentence; "" when it may. Whether librdkafka knows it, and
/// takes its value, is for librdkafka to say. Pure.
[[nodiscard]] std::string_view refusal_of(std::string_view name);

/// Every fault of all of them, one sentence each, without any value: what `refusal_of` refuses, and
/// a SASL mechanism that would run a command or needs tokens, which Freshet does not fetch. Pure.
[[nodiscard]] std::vector<std::string> faults_of(const Options& options);

}  // namespace relay::forward::kafka
