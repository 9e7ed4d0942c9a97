#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tests {

/// Rows for the outbox, as hostile as its columns allow: every type's extremes, empty and longest
/// texts, NULLs, what is no JSON, ids that were there before. By seed. Values as text; nothing:
/// NULL, or the column's default for `id` and `seq`.
class HostileRows {
 public:
  struct Row {
    std::optional<std::string> id, seq, publication_date, listener_id, aggregate_type, aggregate_id,
        headers;
    std::string event_type, payload;
  };

  /// @param longest in letters; 0: as the columns' types say.
  /// @param ascii without any letter beyond ASCII, for databases whose encoding has none.
  /// @param seqs_by_hand such as are below every floor, too: they wait for a sweep.
  HostileRows(unsigned seed, bool ascii, std::size_t longest, bool seqs_by_hand)
      : random_(seed), ascii_(ascii), longest_(longest), seqs_by_hand_(seqs_by_hand) {}

  /// @param seen ids that are or were in the outbox, or in the archive.
  Row row(const std::vector<std::string>& seen) {
    Row row;
    if (!seen.empty() && one_in(6)) row.id = seen[random_() % seen.size()];
    if (one_in(20)) row.id = "00000000-0000-0000-0000-000000000000";
    if (one_in(20)) row.id = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    if (seqs_by_hand_ && one_in(6)) {
      row.seq = pick({"-9223372036854775807", "-1", "0", "1", "2", "9223372036854775807",
                      "9223372036854775806", "4611686018427387904"});
    }
    if (one_in(5)) {
      row.publication_date = pick({"4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00",
                                   "infinity", "-infinity", "1970-01-01Z", "294246-01-01Z"});
    }
    row.event_type = one_in(3) ? text(512) : "Thing";
    if (one_in(8)) row.listener_id = one_in(2) ? "attached" : text(512);
    if (!one_in(4)) row.aggregate_type = text(255);
    if (!one_in(5)) row.aggregate_id = one_in(2) ? "k" + std::to_string(random_() % 9) : text(255);
    if (one_in(2)) {
      row.headers =
          pick({"null", "5", "[]", "{}", "\"x\"", "{\"\": null}", "{\"a\": [[[[1e308]]]]}",
                "{\"traceparent\": \"00-zz\"}", "{\"traceparent\": 7}",
                "{\"correlation_id\": {\"a\": 1}}", "[{\"a\": \"" + noise(3'000) + "\"}]"});
    }
    row.payload =
        pick({"{}", "", " ", "null", "[]", "5", "\"x\"", "not json", "{\"n\": 1e999}",
              "{\"n\":", "{\"a\": 1, \"a\": 2}", "{\"n\": \"\\ud800\"}", "{\"n\": \"\\u0000\"}",
              std::string(40'000, '['), "{\"n\": \"" + noise(200'000) + "\"}"});
    return row;
  }

  bool one_in(unsigned n) { return random_() % n == 0; }

 private:
  std::string pick(const std::vector<std::string>& of) { return of[random_() % of.size()]; }

  // Incompressible, or it would fit into any index.
  std::string noise(std::size_t letters) {
    std::string noise;
    while (letters-- > 0) {
      if (ascii_) {
        noise += static_cast<char>('a' + random_() % 26);
      } else {  // U+10000 and above: four bytes each
        noise += {static_cast<char>(0xF0), static_cast<char>(0x90 + random_() % 0x30),
                  static_cast<char>(0x80 + random_() % 0x40),
                  static_cast<char>(0x80 + random_() % 0x40)};
      }
    }
    return noise;
  }

  std::string text(std::size_t longest) {
    if (longest_ > 0) longest = longest_;
    static const std::vector<std::string> plain{
        "",     " ",     "Thing", "thing", "THING", "a\nb",  "tab\t", "\x01",
        "\x1f", "a\x1f", "\\",    "'; --", "\"",    "{a,b}", "NULL",  "${aggregate_id}",
        "%s",   "*",     "..",    "a/b"};
    static const std::vector<std::string> wide{
        "é", "e\xcc\x81", "İ", "ß", "→", "\xef\xbb\xbf", "\xe2\x80\xae", "\xf0\x9f\x92\xa9"};
    if (one_in(3)) return noise(longest);
    return pick(!ascii_ && one_in(3) ? wide : plain);
  }

  std::mt19937 random_;
  bool ascii_;
  std::size_t longest_;
  bool seqs_by_hand_;
};

}  // namespace tests
