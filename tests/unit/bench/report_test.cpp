#include "bench/figures/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "bench/figures/chart.hpp"
#include "bench/figures/json.hpp"
#include "bench/figures/table.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bench::Report a_report() {
  bench::Report report;
  report.machine = {{"cores", "2"}};
  report.versions = {{"freshet", "0.1.0"}};
  report.server_settings = {{"fsync", "off"}};
  bench::Row relay{"drain", "SQL, 2 workers", {{"events", "200,000"}}, {}, {}};
  bench::Row floor{"drain", "floor, 2 workers", {}, {}, {}};
  for (const double rate : {50'000.0, 52'000.0, 51'000.0}) {
    add_round(relay, {{"completed", "events/s", rate}, {"WAL", "bytes/event", 1'154}});
    add_round(floor, {{"completed", "events/s", rate / 2}});
  }
  report.rows = {relay, floor};
  report.comparisons = {{"drain", "completed", "SQL, 2 workers", "floor, 2 workers"}};
  return report;
}

TEST(BenchReport, KeepsOneFigurePerNameOverAllRounds) {
  const bench::Report report = a_report();
  const bench::Row* row = report.find("drain", "SQL, 2 workers");
  ASSERT_NE(row, nullptr);
  ASSERT_EQ(row->figures.size(), 2U);
  EXPECT_EQ(row->figures[0].name, "completed");
  EXPECT_EQ(row->figures[0].values, (std::vector<double>{50'000, 52'000, 51'000}));
}

TEST(BenchReport, SaysWhatAComparisonCameTo) {
  const bench::Report report = a_report();
  EXPECT_EQ(sentence(report, report.comparisons[0]),
            "completed: SQL, 2 workers against floor, 2 workers: 2 times, beyond the noise");
  EXPECT_EQ(sentence(report, {"drain", "WAL", "SQL, 2 workers", "floor, 2 workers"}), "");
  EXPECT_EQ(sentence(report, {"drain", "completed", "SQL, 2 workers", "nobody"}), "");
}

TEST(BenchReport, IsATableWithMinimumMedianAndMaximum) {
  const std::string text = as_text(a_report());
  EXPECT_THAT(text, HasSubstr("machine:  cores 2\n"));
  EXPECT_THAT(text, HasSubstr("  SQL, 2 workers    completed  events/s     50,000  51,000  52,000"
                              "   3.9 %       3\n"));
  EXPECT_THAT(text, HasSubstr("\n                    WAL        bytes/event   1,154"));
  EXPECT_THAT(text, HasSubstr("* completed: SQL, 2 workers against floor"));
  EXPECT_THAT(text, Not(HasSubstr("ERROR")));
}

TEST(BenchReport, HasTheFirstFigureOfEachCaseAsItsHeadline) {
  EXPECT_EQ(headlines(a_report()),
            "SQL, 2 workers: completed 51,000 events/s (50,000 to 52,000)\n"
            "floor, 2 workers: completed 25,500 events/s (25,000 to 26,000)\n");
}

TEST(BenchReport, ShowsARunThatFailedAsAnErrorAndNotAsAFigure) {
  bench::Report report = a_report();
  EXPECT_FALSE(report.has_errors());
  report.rows[0].errors = {"3 incomplete events instead of 0"};
  report.rows[0].figures.clear();
  EXPECT_TRUE(report.has_errors());
  EXPECT_THAT(as_text(report), HasSubstr("ERROR SQL, 2 workers: 3 incomplete events instead of 0"));
  EXPECT_THAT(as_markdown(report), HasSubstr("* ERROR SQL, 2 workers"));
}

TEST(BenchReport, ComesBackFromJsonAsItWas) {
  const bench::Report report = a_report();
  const std::string json = as_json(report);
  EXPECT_THAT(json, HasSubstr("\"median\": 51000.0"));
  EXPECT_THAT(json, HasSubstr("\"verdict\": \"completed: SQL"));
  EXPECT_EQ(as_text(bench::report_from_json(json)), as_text(report));
  EXPECT_THROW((void)bench::report_from_json("{}"), std::runtime_error);
  EXPECT_THROW((void)bench::report_from_json("no JSON"), std::runtime_error);
}

TEST(BenchReport, IsMarkdownForAPage) {
  EXPECT_THAT(as_markdown(a_report()),
              HasSubstr("| SQL, 2 workers | completed | events/s | 50,000 | 51,000 | 52,000 |"));
}

TEST(BenchReport, IsAChartWithABarPerCase) {
  const std::string svg = as_chart(a_report(), "drain", "completed");
  EXPECT_THAT(svg, HasSubstr("<svg xmlns"));
  EXPECT_THAT(svg, HasSubstr(">SQL, 2 workers</text>"));
  EXPECT_THAT(svg, HasSubstr(">51,000</text>"));
  EXPECT_THAT(svg, HasSubstr(">25,500</text>"));
  EXPECT_THROW((void)as_chart(a_report(), "drain", "no such"), std::runtime_error);
}

}  // namespace
