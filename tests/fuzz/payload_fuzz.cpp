// Any bytes as a payload: a reason, or something that the parser which handlers use can read too;
// the same on the quick path and on the careful one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "relay/decode/payload_check.hpp"
#include "relay/decode/payload_walk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload{reinterpret_cast<const char*>(data), size};
  const auto fault = relay::decode::payload_fault(payload);
  const bool readable = nlohmann::json::accept(payload);
  if (!fault && !readable) std::abort();
  if (fault && fault->empty()) std::abort();
  if (fault != relay::decode::fault_by_walk(payload)) std::abort();
  return 0;
}
