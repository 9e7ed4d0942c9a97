#include "bench/figures/chart.hpp"

#include <algorithm>
#include <stdexcept>

#include "bench/figures/sample.hpp"
#include "bench/figures/text.hpp"

namespace bench {
namespace {

struct Bar {
  std::string name;
  Summary summary;
};

constexpr int left = 260;
constexpr int length = 480;
constexpr int right = 110;
constexpr int step = 26;
constexpr int top = 44;

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '&')
      safe += "&amp;";
    else
      safe += c;
  }
  return safe;
}

std::string number(double value) {
  return std::to_string(static_cast<int>(value));
}

std::string text_at(int x, int y, const std::string& text, const std::string& more) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" " + more + ">" +
         escaped(text) + "</text>\n";
}

std::string drawn(const Bar& bar, int y, double scale) {
  const std::string color = bar.name.starts_with("peer ")     ? "#9a8c98"
                            : bar.name.starts_with("floor, ") ? "#c9ada7"
                                                              : "#22577a";
  const double low = left + bar.summary.min * scale;
  const double high = left + bar.summary.max * scale;
  const std::string middle = std::to_string(y + 9);
  return text_at(left - 8, y + 13, bar.name, "text-anchor=\"end\"") + "<rect x=\"" +
         std::to_string(left) + "\" y=\"" + std::to_string(y) + "\" height=\"18\" width=\"" +
         number(std::max(1.0, bar.summary.median * scale)) + "\" fill=\"" + color +
         "\"/>\n<line x1=\"" + number(low) + "\" x2=\"" + number(high) + "\" y1=\"" + middle +
         "\" y2=\"" + middle + "\" stroke=\"black\"/>\n" +
         text_at(static_cast<int>(high) + 8, y + 13, text_of(bar.summary.median), "");
}

}  // namespace

std::string as_chart(const Report& report, const std::string& workload, const std::string& figure) {
  std::vector<Bar> bars;
  std::string unit;
  for (const Row& row : report.rows) {
    const Figure* found = row.workload == workload ? row.find(figure) : nullptr;
    if (found == nullptr) continue;
    unit = found->unit;
    bars.push_back({row.name, summary_of(found->values)});
  }
  if (bars.empty()) throw std::runtime_error{"no case of " + workload + " has a figure " + figure};
  double longest = 0;
  for (const Bar& bar : bars) longest = std::max(longest, bar.summary.max);
  const double scale = longest > 0 ? length / longest : 1;
  const std::string width = std::to_string(left + length + right);
  const std::string height = std::to_string(top + static_cast<int>(bars.size()) * step + 30);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                    height + "\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"" +
                    width + "\" height=\"" + height + "\" fill=\"white\"/>\n" +
                    text_at(12, 24, workload + ": " + figure + ", " + unit, "font-size=\"16\"");
  int y = top;
  for (const Bar& bar : bars) {
    svg += drawn(bar, y, scale);
    y += step;
  }
  return svg + text_at(12, y + 16, "bar: median; line: minimum to maximum", "fill=\"#555\"") +
         "</svg>\n";
}

}  // namespace bench
