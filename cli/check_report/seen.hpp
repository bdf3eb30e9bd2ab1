#pragma once

#include "cli/campaign/campaign.hpp"
#include "cli/check_report/report.hpp"
#include "sim/oracle/tally.hpp"

namespace leasecheck::cli {

/// Adds what a part has seen to its section: operations, moves, faults and premises, what was not
/// promised and what the subject does not offer.
void add_seen(Section& section, const sim::Tally& tally);

/// Adds a whole campaign: its bounds and totals besides, the faults that never happened and the
/// premises that were never reached. Failures are not among it.
void add_campaign(Section& section, const CampaignResult& result);

}  // namespace leasecheck::cli
