#include "relay/decode/payload_walk.hpp"

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "relay/decode/payload_check.hpp"

namespace relay::decode {
namespace {

using nlohmann::json;

// Walks the text without building anything and remembers the first fault.
class Walker final : public json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(json::number_integer_t) override { return true; }
  bool number_unsigned(json::number_unsigned_t) override { return true; }
  bool number_float(json::number_float_t, const std::string& text) override {
    if (text.size() > number_bytes_max) return refuse("a number has more than 1,000 characters");
    const auto mark = text.find_first_of("eE");
    if (mark != std::string::npos &&
        std::strtol(text.c_str() + mark + 1, nullptr, 10) < exponent_least) {
      return refuse("a number's exponent is below -1000");
    }
    return true;
  }
  bool string(std::string& text) override { return without_nul(text); }
  bool key(std::string& text) override { return without_nul(text); }
  bool binary(json::binary_t&) override { return refuse("it holds binary data"); }
  bool start_object(std::size_t) override { return deeper(); }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t at, const std::string&, const json::exception& error) override {
    // The parser quotes what it read last; the payload's content does not belong into a log.
    const bool range = error.id == 406;
    return refuse((range ? "a number beyond any double's range" : "not JSON") +
                  std::string{", at byte "} + std::to_string(at));
  }

  std::string fault;

 private:
  bool refuse(std::string why) {
    if (fault.empty()) fault = std::move(why);
    return false;
  }
  bool without_nul(const std::string& text) {
    return text.find('\0') == std::string::npos || refuse("a string holds \\u0000");
  }
  bool deeper() {
    return ++depth_ <= depth_max || refuse(std::string{"it nests deeper than "}
                                               .append(std::to_string(depth_max))
                                               .append(" levels"));
  }

  int depth_ = 0;
};

}  // namespace

std::optional<std::string> fault_by_walk(std::string_view payload) {
  if (payload.empty()) return "it is empty, which is not JSON";
  if (payload.starts_with(byte_order_mark)) return "it begins with a byte order mark";
  Walker walker;
  if (json::sax_parse(payload.begin(), payload.end(), &walker)) return std::nullopt;
  return walker.fault.empty() ? "not JSON" : walker.fault;
}

}  // namespace relay::decode
