#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "model/system/mutant.hpp"
#include "sim/defects/deployment/deployment_mutants.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"

/// The defect museum: what real systems did wrong, and where each of it is planted here.
namespace leasecheck::mutants {

/// What a defect is about, in the order of the catalogue.
enum class Topic : std::uint8_t {
  ownership,
  time,
  heartbeat,
  reap,
  requeue,
  ack,
  retry,
  order,
  transaction,
  edge
};
inline constexpr std::size_t topic_count = 10;

/// "ownership", …
[[nodiscard]] std::string_view word(Topic topic);

/// One row of the catalogue: a defect of a real system, worded against the contract.
struct DefectRow {
  std::string_view id;            ///< "B26"
  std::string_view defect_class;  ///< "hb shortens lease"
  Topic topic;
  /// What it takes to see it: S a sequence of calls, C several callers at once, K a crash or an
  /// error, T control of the clock, X a second backend, L a long run, W workers.
  std::string_view needs;
  std::string_view source;  ///< the project and the change in which it was seen
  /// Why no exhibit shows it; nothing if one does.
  std::optional<std::string_view> not_here = std::nullopt;
};

/// Every row, in order.
[[nodiscard]] std::span<const DefectRow> defect_rows();

/// Returns: null for what is no row ("rule 17").
[[nodiscard]] const DefectRow* find_row(std::string_view id);

/// Where a defect is planted: the rules of a repository, the transactions of a stored one, the
/// processes around it, the searched model.
using Planted = std::variant<const Mutant*, const SqliteMutant*, const DeploymentMutant*,
                             const system::MutantInfo*>;

/// A planted defect of whatever kind.
struct Exhibit {
  std::string_view name;      ///< unique within its kind
  std::string_view row;       ///< "B26", or the rule of the contract where no row has it
  std::string_view what;      ///< one sentence: what it does wrong
  std::string_view property;  ///< what must find it
  Planted planted;
};

/// "repository", "storage", "deployment" or "model".
[[nodiscard]] std::string_view kind_of(const Exhibit& exhibit);

/// The topic of its row; those without a row are about transactions.
[[nodiscard]] Topic topic_of(const Exhibit& exhibit);

/// The project and change in which the defect was seen; of the contract where it has no row.
[[nodiscard]] std::string_view source_of(const Exhibit& exhibit);

/// Every exhibit, by kind.
[[nodiscard]] std::span<const Exhibit> exhibits();

}  // namespace leasecheck::mutants
