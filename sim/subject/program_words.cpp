#include "sim/subject/program_words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "sim/subject/protocol_client.hpp"

namespace leasecheck::sim {
namespace {

using traces::Json;

void erase_absent(Json& spec, const Profile& profile) {
  for (const std::string& name : profile.absent) {
    constexpr std::string_view prefix = "spec.";
    if (name.starts_with(prefix)) spec.erase(name.substr(prefix.size()));
  }
}

}  // namespace

bool is_claim(const model::Operation& operation) {
  return std::holds_alternative<model::UpsertLease>(operation) ||
         std::holds_alternative<model::ClaimAttempts>(operation);
}

model::Operation ProgramWords::with_lease_ids(model::Operation operation) const {
  std::visit(
      [this](auto& args) {
        const auto put_id = [this](auto& item) { item.lease_id = handles_.id_of(item.lease_id); };
        if constexpr (requires { args.lease_id; }) put_id(args);
        if constexpr (requires { args.heartbeats; }) std::ranges::for_each(args.heartbeats, put_id);
        if constexpr (requires { args.acks; }) std::ranges::for_each(args.acks, put_id);
      },
      operation);
  return operation;
}

// Most are those of a trace; a payload is always JSON (one that is none is left out, since it
// cannot be sent), an ack by attempt names it, and fields that the program does not know are not
// sent.
std::string ProgramWords::args_of(const Profile& profile,
                                  const model::Operation& with_handles) const {
  const model::Operation operation = with_lease_ids(with_handles);
  const bool is_enqueue = std::holds_alternative<model::EnqueueAttempt>(operation) ||
                          std::holds_alternative<model::EnqueueAttempts>(operation);
  const bool has_fewer = is_enqueue && !profile.absent.empty();
  const auto* ack = std::get_if<model::AckAttempt>(&with_handles);
  const auto* acks = std::get_if<model::AckAttempts>(&with_handles);
  const auto* append = std::get_if<model::AppendRunEvent>(&operation);
  if (!has_fewer && ack == nullptr && acks == nullptr && append == nullptr) {
    return traces::operation_args_to_text(operation);
  }
  Json args = traces::operation_args_to_json(operation);
  if (model::goes_by_attempt(profile.variant.ack_holder)) {
    if (ack != nullptr) args["attempt_id"] = attempt_of(*ack);
    for (std::size_t i = 0; acks != nullptr && i < acks->acks.size(); ++i) {
      args["acks"][i]["attempt_id"] = attempt_of(acks->acks[i]);
    }
  }
  if (append != nullptr) {
    args.erase("payload_text");
    if (Json payload = traces::payload_to_json(append->payload); !payload.is_discarded()) {
      args["payload"] = std::move(payload);
    }
  }
  if (has_fewer) {
    if (!args.contains("attempts")) {
      erase_absent(args, profile);
    } else {
      for (Json& spec : args["attempts"]) erase_absent(spec, profile);
    }
  }
  return traces::print_json(args);
}

/// The attempt that the lease of an ack was granted for.
Json ProgramWords::attempt_of(const model::AckAttempt& ack) const {
  const auto attempt = attempt_of_lease_.find(ack.lease_id);
  const bool is_known = attempt != attempt_of_lease_.end();
  return traces::text_to_json(is_known ? attempt->second : "of no lease");
}

std::expected<Reply, std::string> ProgramWords::reply_of(const Profile& profile,
                                                         const model::Action& action,
                                                         const Json& answer) {
  Reply reply;
  auto outcome = traces::outcome_from_json(action.operation, answer, profile.absent);
  if (!outcome) return std::unexpected(outcome.error() + ", in the answer " + excerpt_of(answer));
  reply.outcome = *std::move(outcome);
  if (reply.outcome) {
    if (std::holds_alternative<model::Reset>(action.operation)) attempt_of_lease_.clear();
    put_handles(action.operation, *reply.outcome);
  } else {
    const Json& error = answer.at("error");
    if (error.contains("message")) reply.message = excerpt_of(error["message"]);
    reply.effect_unknown = reply.outcome.error() == model::ErrorCode::unavailable &&
                           error.value("outcome", Json()) != "none";
  }
  // How often it reads its clock cannot be seen from here; the times it writes are compared.
  const bool is_refused = reply.outcome == std::unexpected(model::ErrorCode::invalid_argument);
  reply.clock_reads = model::reads_clock(action.operation) && !is_refused ? 1 : 0;
  return reply;
}

std::expected<model::Snapshot, std::string> ProgramWords::snapshot_of(const Profile& profile,
                                                                      const Json& answer) {
  if (!answer.contains("ok")) return std::unexpected("snapshot: " + excerpt_of(answer));
  return traces::snapshot_from_json(answer.at("ok"), profile.absent);
}

void ProgramWords::put_handles(const model::Operation& operation, model::Answer& answer) {
  if (auto* lease = std::get_if<model::LeaseRecord>(&answer)) {
    if (is_claim(operation)) issue(*lease);
    lease->lease_id = handles_.handle_of(lease->lease_id);
  } else if (auto* found = std::get_if<std::optional<model::LeaseRecord>>(&answer)) {
    if (*found) (*found)->lease_id = handles_.handle_of((*found)->lease_id);
  } else if (auto* refreshed = std::get_if<model::ItemResults<model::LeaseRecord>>(&answer)) {
    for (auto& result : *refreshed) {
      if (result.ok) result.ok->lease_id = handles_.handle_of(result.ok->lease_id);
    }
  } else if (auto* claims = std::get_if<std::vector<model::Claim>>(&answer)) {
    for (model::Claim& claim : *claims) {
      issue(claim.lease);
      claim.lease.lease_id = handles_.handle_of(claim.lease.lease_id);
    }
  }
}

}  // namespace leasecheck::sim
