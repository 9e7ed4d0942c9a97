#include "projections/harness/laws.hpp"

#include <random>
#include <span>

#include "projections/harness/replay.hpp"
#include "projections/harness/transaction.hpp"
#include "schema/statements.hpp"

namespace projections::harness {

/// One life of the read model, in a transaction that is rolled back.
struct Laws::Run {
  explicit Run(const Laws& its_laws) : laws(its_laws), transaction(its_laws.conninfo_) {
    laws.history_.publish(0, laws.history_.size(), transaction.tx());
    forget();
  }

  void forget() {
    laws.model_.clear(transaction.tx());
    transaction.tx().exec_unchecked(schema::statements::harness_forget,
                                    laws.projection_.options.name);
  }

  /// Applies all events, one batch up to each cut and one for the rest.
  Report apply(const Cuts& cuts) {
    std::size_t from = 0;
    for (const std::size_t to : cuts) {
      if (Report report = apply(from, to); !report) return report;
      from = to;
    }
    return apply(from, laws.history_.size());
  }

  Report apply(std::size_t from, std::size_t to) {
    // Made anew for each batch, as the relay does: what a handler kept from the last is gone.
    const std::vector<Event> events = laws.history_.events();
    return replay(laws.projection_, std::span{events}.subspan(from, to - from), transaction.tx());
  }

  [[nodiscard]] ReadModel::Rows rows() { return laws.model_.rows(transaction.tx()); }

  const Laws& laws;
  Transaction transaction;
};

Laws::Laws(std::string conninfo, const Projection& projection, std::vector<std::string> tables,
           const std::vector<GivenEvent>& events, unsigned seed)
    : conninfo_(std::move(conninfo)),
      projection_(projection),
      model_(std::move(tables)),
      seed_(seed) {
  Transaction transaction{conninfo_};
  for (const auto& event : events) history_.add(event, transaction.tx());
}

Laws::Cuts Laws::random_cuts(unsigned seed) const {
  std::mt19937 random{seed};
  const unsigned every = 2 + random() % 9;
  Cuts cuts;
  for (std::size_t i = 1; i < history_.size(); ++i) {
    if (random() % every == 0) cuts.push_back(i);
  }
  return cuts;
}

Report Laws::redelivery() const {
  Run run{*this};
  const Cuts cuts = random_cuts(seed_);
  if (Report report = run.apply(cuts); !report) return report;
  const auto once = run.rows();
  for (const Cuts& again : {cuts, Cuts{}}) {
    if (Report report = run.apply(again); !report) return report;
  }
  return model_.compare(once, "applied once", run.rows(), "delivered again");
}

Report Laws::batching() const {
  ReadModel::Rows expected;
  {
    Run whole{*this};
    if (Report report = whole.apply(Cuts{}); !report) return report;
    expected = whole.rows();
  }
  Cuts every_event;
  for (std::size_t i = 1; i < history_.size(); ++i) every_event.push_back(i);
  std::vector<Cuts> splits{every_event};
  for (unsigned i = 0; i < 3; ++i) splits.push_back(random_cuts(seed_ + i));
  for (const Cuts& cuts : splits) {
    Run split{*this};
    if (Report report = split.apply(cuts); !report) return report;
    const auto name = "in " + std::to_string(cuts.size() + 1) + " batches";
    if (Report report = model_.compare(expected, "in one batch", split.rows(), name); !report) {
      return report;
    }
  }
  return {};
}

Report Laws::rebuild() const {
  Run run{*this};
  if (Report report = run.apply(random_cuts(seed_)); !report) return report;
  const auto live = run.rows();
  run.forget();
  if (Report report = run.apply(Cuts{}); !report) return report;
  return model_.compare(live, "live", run.rows(), "rebuilt");
}

Report Laws::all() const {
  const bool comes_again = !by_completion(projection_.options);
  if (Report report = comes_again ? redelivery() : Report{}; !report)
    return {"redelivery: " + report.difference};
  if (Report report = batching(); !report) return {"batching: " + report.difference};
  if (Report report = rebuild(); !report) return {"rebuild: " + report.difference};
  return {};
}

}  // namespace projections::harness
