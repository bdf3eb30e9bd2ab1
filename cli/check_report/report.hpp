#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/report/life_cycle.hpp"
#include "cli/views/explanation.hpp"
#include "sim/oracle/tally.hpp"
#include "traces/trace.hpp"

/// What the main job has to say, for whoever shows it: the console, the page, GitHub, programs.
namespace leasecheck::cli {

/// A number of a section.
struct Figure {
  std::string name;  ///< for programs: "virtual_time_ms"
  std::string what;  ///< for people, what there are so many of: "states", "of virtual time"
  std::uint64_t value = 0;
  enum class Unit : std::uint8_t { count, milliseconds } unit = Unit::count;
};

/// What happened how often, by name.
struct Chart {
  struct Row {
    std::string name;
    std::uint64_t count = 0;
    sim::Counts parts = {};  ///< what the count is made of; empty where that is not told
  };
  std::string name;   ///< for programs: "operations"
  std::string title;  ///< for people: "Operations, by what they answered"
  std::vector<Row> rows;
};

/// What a run did not show, by kind.
struct Gap {
  std::string name;    ///< for programs: "never_fired"
  std::string title;   ///< for people: "never fired"
  std::string reason;  ///< what that means
  sim::Counts what;    ///< in how many runs; 0 where it was so in all of them
};

/// One part of the main job: what was checked, for which bounds, and how it ended.
struct Section {
  std::string name;   ///< "simulation"
  std::string title;  ///< "Simulation with faults"
  /// Nothing: the part was not run, and `notes` say why.
  std::optional<ExitCode> end = ExitCode::held;
  double seconds = 0;
  std::vector<Figure> bounds = {};
  std::vector<Figure> totals = {};
  std::vector<Chart> charts = {};
  std::vector<Gap> gaps = {};
  std::vector<std::string> notes = {};  ///< what is said beside the figures: why it went no further
  std::string again = {};               ///< the command that does this part alone
};

/// Where a failure was seen.
struct Sighting {
  std::string section;  ///< its name
  std::string where;    ///< "seed 6", or the trace that was replayed
};

/// Failures of the same property at the same operation with the same answer, or of a subject that
/// broke by the same: one for the reader.
struct ReportedFailure {
  traces::Verdict verdict;
  std::string at = {};  ///< "ack_attempt: ok"; empty if it was no operation
  std::vector<Sighting> sightings = {};
  std::string trace = {};     ///< file; empty if there is none
  std::string replay = {};    ///< the command that shows it again; empty if none does
  std::string timeline = {};  ///< file beside the page; empty if there is none
  std::optional<Explanation> explanation = {};
};

/// What the main job leaves behind.
struct Report {
  std::string backend;
  std::string command;  ///< the command line that does it again
  std::vector<Section> sections = {};
  std::vector<ReportedFailure> failures = {};  ///< violations first
  sim::Counts moves = {};                      ///< how often this run took each edge
  std::optional<LifeCycle> life_cycle = {};    ///< of `moves`; nothing before it is drawn

  /// Adds a failure, to one that is alike if there is one.
  void add(ReportedFailure failure);

  /// The worst of the parts that were run.
  [[nodiscard]] ExitCode end() const;
  [[nodiscard]] double seconds() const;
  /// How many all parts together made.
  [[nodiscard]] std::uint64_t operations() const;
};

/// "held", "violated", …, or "not run".
[[nodiscard]] std::string_view word_of(const Section& section);

/// "1,234", "45 h 15 min".
[[nodiscard]] std::string value_in_words(const Figure& figure);
/// "1,234 states", "45 h 15 min of virtual time"; of bounds "2 workers".
[[nodiscard]] std::string in_words(const Figure& figure);
/// The same of many, with commas between them.
[[nodiscard]] std::string in_words(const std::vector<Figure>& figures);

/// "ok 12, not_found 3".
[[nodiscard]] std::string parts_in_words(const Chart::Row& row);

/// "holder_only in 12 runs".
[[nodiscard]] std::string in_words(const sim::Counts::value_type& missing);

/// "violated holder_only at ack_attempt: ok".
[[nodiscard]] std::string headline(const ReportedFailure& failure);

/// "seed 6, corpus/a.jsonl, corpus/b.jsonl and 3 more".
[[nodiscard]] std::string places_of(const ReportedFailure& failure);

/// The gaps of all parts, those of one kind together, and what no move was made along.
[[nodiscard]] std::vector<Gap> all_gaps(const Report& report);

/// The command that shows the first failure again which can be shown; empty if none can.
[[nodiscard]] std::string first_replay(const Report& report);

}  // namespace leasecheck::cli
