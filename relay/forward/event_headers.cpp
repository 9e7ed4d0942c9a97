#include "relay/forward/event_headers.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace relay::forward {
namespace {

using nlohmann::json;

// Walks the object without building it: members become headers as they pass.
class Reader final : public json::json_sax_t {
 public:
  explicit Reader(std::vector<Header>& headers) : headers_(headers), ours_(std::ssize(headers)) {}

  bool null() override { return depth_ == 0 || scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(json::number_integer_t value) override {
    return scalar(std::to_string(value));
  }
  bool number_unsigned(json::number_unsigned_t value) override {
    return scalar(std::to_string(value));
  }
  bool number_float(json::number_float_t, const std::string& text) override { return scalar(text); }
  bool string(std::string& text) override {
    return depth_ == 1 ? finish(std::move(text)) : scalar(json(std::move(text)).dump());
  }
  bool binary(json::binary_t&) override { return false; }

  bool key(std::string& text) override {
    if (depth_ == 1) {
      name_ = std::move(text);
    } else {
      separate();
      nested_ += json(std::move(text)).dump() + ':';
    }
    return true;
  }
  bool start_object(std::size_t) override { return depth_++ == 0 || open('{'); }
  bool end_object() override { return depth_ == 1 ? --depth_ == 0 : close('}'); }
  bool start_array(std::size_t) override { return depth_++ > 0 && open('['); }
  bool end_array() override { return close(']'); }
  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    out_of_range_ = error.id == 406;
    return false;
  }

  [[nodiscard]] bool out_of_range() const { return out_of_range_; }

 private:
  bool finish(std::string value) {
    const auto first = headers_.begin();
    if (std::ranges::find(first, first + ours_, name_, &Header::name) == first + ours_) {
      headers_.push_back({std::move(name_), std::move(value)});
    }
    return true;
  }
  bool scalar(std::string text) {
    if (depth_ == 1) return finish(std::move(text));
    separate();
    nested_ += text;
    return depth_ > 0;
  }
  // Behind an element that is complete; those end in a quote, a digit, a letter or a bracket.
  void separate() {
    const char last = nested_.empty() ? '[' : nested_.back();
    if (last != '{' && last != '[' && last != ':') nested_ += ',';
  }
  bool open(char bracket) {
    separate();
    nested_ += bracket;
    return true;
  }
  bool close(char bracket) {
    nested_ += bracket;
    if (--depth_ > 1) return true;
    std::string text;
    text.swap(nested_);
    return finish(std::move(text));
  }

  std::vector<Header>& headers_;
  std::ptrdiff_t ours_;
  int depth_ = 0;
  std::string name_;
  std::string nested_;  ///< What of a member's object or array has passed.
  bool out_of_range_ = false;
};

}  // namespace

void append_event_headers(std::string_view json, std::vector<Header>& ours) {
  if (json == "{}") return;
  Reader reader{ours};
  if (json::sax_parse(json.begin(), json.end(), &reader)) return;
  throw std::invalid_argument{reader.out_of_range()
                                  ? "the headers hold a number beyond any double's range"
                                  : "the headers are not a JSON object"};
}

}  // namespace relay::forward
