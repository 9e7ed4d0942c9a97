#include "relay/forward/event_headers.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace relay::forward {
namespace {

using nlohmann::json;

bool is_ours(const std::vector<Header>& headers, std::ptrdiff_t ours, std::string_view name) {
  const auto end = headers.begin() + ours;
  return std::find_if(headers.begin(), end, [&](const Header& h) { return h.name == name; }) != end;
}

bool skip(std::string_view& rest, std::string_view what) {
  if (!rest.starts_with(what)) return false;
  rest.remove_prefix(what.size());
  return true;
}

/// The text in quotes at the front; nothing where it has escapes or more than ASCII.
std::optional<std::string_view> take_text(std::string_view& rest) {
  if (!skip(rest, "\"")) return std::nullopt;
  const auto special = [](char c) { return c < 0x20 || c == 0x7f || c == '"' || c == '\\'; };
  const auto end = static_cast<std::size_t>(std::ranges::find_if(rest, special) - rest.begin());
  if (end == rest.size() || rest[end] != '"') return std::nullopt;
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return text;
}

// A trace comes with every event where there is one: plain texts, as jsonb writes them, are cut out
// in a fifth of the parser's time. False: something else is among them, which is the parser's.
bool cut_out(std::string_view rest, std::vector<Header>& headers) {
  const auto ours = std::ssize(headers);
  bool whole = skip(rest, "{");
  while (whole) {
    const auto name = take_text(rest);
    const bool value_follows = name && skip(rest, ": ");
    const auto value = value_follows ? take_text(rest) : std::nullopt;
    if (!value) break;
    if (!is_ours(headers, ours, *name)) {
      headers.push_back({std::string{*name}, std::string{*value}});
    }
    if (rest == "}") return true;
    whole = skip(rest, ", ");
  }
  headers.resize(static_cast<std::size_t>(ours));
  return false;
}

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
    if (!is_ours(headers_, ours_, name_)) {
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
  if (json == "{}" || cut_out(json, ours)) return;
  Reader reader{ours};
  if (json::sax_parse(json.begin(), json.end(), &reader)) return;
  throw std::invalid_argument{reader.out_of_range()
                                  ? "the headers hold a number beyond any double's range"
                                  : "the headers are not a JSON object"};
}

}  // namespace relay::forward
