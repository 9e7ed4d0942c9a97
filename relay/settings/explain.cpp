#include "relay/settings/explain.hpp"

#include "relay/settings/table.hpp"
#include "relay/settings/work_rows.hpp"

namespace relay::settings {
namespace {

struct Words {
  std::string type;
  std::string preset;
};

std::string code(const std::string& text) {
  return "`" + text + "`";
}

template <class Section>
Words words(const Integer<Section>& kind) {
  return {std::to_string(kind.least) + " … " + std::to_string(kind.most),
          std::to_string(kind.get(Section{}))};
}

template <class Section>
Words words(const OneOf<Section>& kind) {
  std::string all;
  for (const std::string& word : kind.words) all += (all.empty() ? "" : ", ") + code(word);
  return {all, code(kind.words[kind.get(Section{})])};
}

template <class Section>
Words words(const Text<Section>& kind) {
  return {kind.shape == Shape::name ? "name" : "string", "none"};
}

template <class Section>
Words words(const Texts<Section>& kind) {
  return {kind.or_one ? "string or list of strings" : "list of strings", "none"};
}

template <class Section>
Words words(const Pauses<Section>& kind) {
  return {"list of 1 … " + std::to_string(kind.most), ""};
}

template <class Section>
Words words(const Flag<Section>& kind) {
  static const Section preset{};
  return {"`true`, `false`", preset.*kind.field ? "`true`" : "`false`"};
}

template <class Section>
Words words(const Options<Section>&) {
  return {"table", "none"};
}

template <class Section>
Words words(const Inner<Section>& kind) {
  return {"table", code(kind.label)};
}

template <class Section>
std::string section(const std::string& label, const std::vector<Row<Section>>& rows) {
  std::string text = "### `" + label + "`\n\n| setting | value | default | meaning |\n";
  text += "| --- | --- | --- | --- |\n";
  for (const Row<Section>& row : rows) {
    const Words said = std::visit([](const auto& kind) { return words(kind); }, row.kind);
    const std::string preset = row.required                ? "**needed**"
                               : row.default_words.empty() ? said.preset
                                                           : row.default_words;
    text += "| " + code(row.name) + " | " + said.type + " | " + preset + " | " + row.prose + " |\n";
  }
  return text;
}

}  // namespace

std::string explain() {
  return section("[relay]", process_rows()) + "\n" +
         section("[relay]`, or `[[database]]", work_rows<Relay>()) + "\n" +
         section("[retention]", retention_rows()) + "\n" +
         section("[[database]]", own_database_rows()) + "\n" +
         section("[databases]", catalogue_rows()) + "\n" +
         section("[[projection]]", projection_rows()) + "\n" + section("[kafka]", kafka_rows()) +
         "\n" + section("[[forward]]", forward_rows());
}

}  // namespace relay::settings
