#include "projections/sql/tokens.hpp"

#include <algorithm>
#include <string>

namespace projections::sql {
namespace {

using Kind = Token::Kind;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool is_word_start(char c) {
  const char u = upper(c);
  return (u >= 'A' && u <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_word_part(char c) {
  return is_word_start(c) || is_digit(c) || c == '$';
}

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  std::vector<Token> run() {
    while (skip_blanks_and_comments()) add_next();
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char at(std::size_t i) const { return i < sql_.size() ? sql_[i] : '\0'; }
  [[nodiscard]] char here() const { return at(place_); }

  void skip_line_comment() { place_ = std::min(sql_.find('\n', place_), sql_.size()); }

  void skip_block_comment() {
    int open = 0;
    do {
      if (place_ + 1 >= sql_.size()) throw UnterminatedError{"the SQL ends inside a comment"};
      const std::string_view two = sql_.substr(place_, 2);
      open += two == "/*" ? 1 : two == "*/" ? -1 : 0;
      place_ += two == "/*" || two == "*/" ? 2 : 1;
    } while (open > 0);
  }

  bool skip_blanks_and_comments() {
    while (place_ < sql_.size()) {
      const std::string_view two = sql_.substr(place_, 2);
      if (is_blank(here())) {
        ++place_;
      } else if (two == "--") {
        skip_line_comment();
      } else if (two == "/*") {
        skip_block_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void add_next() {
    const std::size_t begin = place_;
    const Kind kind = read();
    const std::string_view text = sql_.substr(begin, place_ - begin);
    if (kind == Kind::symbol && text == ")") --depth_;
    tokens_.push_back({kind, text, begin, depth_});
    if (kind == Kind::symbol && text == "(") ++depth_;
  }

  Kind read() {
    const char c = here();
    const char next = at(place_ + 1);
    const char u = upper(c);
    if (c == '\'') return read_string(false);
    if (c == '"') return read_identifier();
    if ((u == 'E' || u == 'B' || u == 'X' || u == 'N') && next == '\'') {
      ++place_;
      return read_string(u == 'E');
    }
    if (u == 'U' && next == '&' && (at(place_ + 2) == '\'' || at(place_ + 2) == '"')) {
      place_ += 2;
      return here() == '"' ? read_identifier() : read_string(false);
    }
    if (is_word_start(c)) return read_while(Kind::word, is_word_part);
    if (is_digit(c) || (c == '.' && is_digit(next))) return read_number();
    if (c == '$' && is_digit(next)) {
      ++place_;
      return read_while(Kind::parameter, is_digit);
    }
    if (c == '$' && read_dollar_quote()) return Kind::string;
    ++place_;
    return Kind::symbol;
  }

  Kind read_while(Kind kind, bool (*belongs)(char)) {
    while (place_ < sql_.size() && belongs(here())) ++place_;
    return kind;
  }

  Kind read_number() {
    return read_while(Kind::number, [](char c) {
      return is_digit(c) || c == '.' || (is_word_part(c) && c != '$');
    });
  }

  Kind read_identifier() {
    read_quoted('"', false);
    return Kind::identifier;
  }

  // 'a' <line break> 'b' is one string, and the second part obeys the same escapes.
  Kind read_string(bool backslash_escapes) {
    read_quoted('\'', backslash_escapes);
    for (std::size_t next = continuation(); next != 0; next = continuation()) {
      place_ = next;
      read_quoted('\'', backslash_escapes);
    }
    return Kind::string;
  }

  void read_quoted(char quote, bool backslash_escapes) {
    for (++place_; place_ < sql_.size(); ++place_) {
      if (backslash_escapes && here() == '\\') {
        ++place_;
      } else if (here() == quote) {
        ++place_;
        if (here() != quote) return;
      }
    }
    throw UnterminatedError{quote == '"' ? "the SQL ends inside a quoted identifier"
                                         : "the SQL ends inside a string"};
  }

  // Where the string goes on behind a line break; 0 when it does not.
  [[nodiscard]] std::size_t continuation() const {
    bool line_broken = false;
    std::size_t i = place_;
    while (i < sql_.size()) {
      if (sql_.substr(i, 2) == "--") {
        i = std::min(sql_.find('\n', i), sql_.size());
      } else if (is_blank(sql_[i])) {
        line_broken = line_broken || sql_[i] == '\n' || sql_[i] == '\r';
        ++i;
      } else {
        return line_broken && sql_[i] == '\'' ? i : 0;
      }
    }
    return 0;
  }

  bool read_dollar_quote() {
    std::size_t i = place_ + 1;
    if (at(i) != '$' && !is_word_start(at(i))) return false;
    while (i < sql_.size() && is_word_part(sql_[i]) && sql_[i] != '$') ++i;
    if (at(i) != '$') return false;
    const std::string_view tag = sql_.substr(place_, i - place_ + 1);
    const std::size_t close = sql_.find(tag, i + 1);
    if (close == std::string_view::npos) {
      throw UnterminatedError{"the SQL ends inside a string quoted by " + std::string{tag}};
    }
    place_ = close + tag.size();
    return true;
  }

  std::string_view sql_;
  std::size_t place_ = 0;
  int depth_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

bool Token::is(std::string_view upper_case) const {
  return kind == Kind::word && text.size() == upper_case.size() &&
         std::ranges::equal(text, upper_case, {}, upper);
}

std::vector<Token> tokens_of(std::string_view sql) {
  return Lexer{sql}.run();
}

}  // namespace projections::sql
