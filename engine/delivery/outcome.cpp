#include "engine/delivery/outcome.h"

#include <string>

#include "codec/base/planted.h"

namespace pulter::delivery {
namespace {

using model::Outcome;
using store::Disposition;

bool is_worth_retrying(std::int32_t status, const model::Webhook& webhook) {
  if (status == 408 || status == 425 || status == 429 || status >= 500) return true;
  return webhook.retry_on_4xx && status >= 400;
}

Verdict judge_failure(const ExchangeFacts& facts) {
  Verdict verdict;
  verdict.disposition = Disposition::retry;
  // Sent whole and no answer: the receiver may have processed it. Less than that cannot be processed: the
  // body's length was announced and not reached.
  verdict.outcome = facts.sent_whole ? Outcome::unknown : Outcome::unreachable;
  verdict.error = facts.error ? facts.error->detail : "The connection ended before an answer came.";
  const bool stale =
      facts.reused_connection && facts.answer_bytes == 0 && facts.error &&
      (facts.error->code == ErrorCode::connection_closed || facts.error->code == ErrorCode::send_failed ||
       facts.error->code == ErrorCode::receive_failed);
  if (stale) {
    verdict.at_once = true;
    verdict.error += " The kept-alive connection was no longer good; tried again at once on a new one.";
  }
  return verdict;
}

Verdict judge_refusal(const ExchangeFacts& facts) {
  Verdict verdict;
  verdict.outcome = Outcome::refused;
  verdict.disposition = Disposition::halted;
  const std::string status = std::to_string(facts.status);
  if (facts.status == 410) {
    verdict.disposition = Disposition::gone;
    verdict.error =
        "The receiver answered 410 Gone: the webhook is disabled. Enable it again when the receiver is "
        "back, then resume the import.";
  } else if (facts.status >= 300 && facts.status < 400) {
    verdict.error =
        "The receiver answered " + status +
        (facts.location.empty() ? "" : " with Location " + facts.location) +
        ". Redirects are never followed: set the webhook's URL to the final address, then resume.";
  } else if (facts.status == 413) {
    verdict.error =
        "The receiver answered 413: a body of " + std::to_string(facts.body_bytes) +
        " bytes is too large for it. Raise its limit and resume, or import again with a smaller batchSize.";
  } else {
    verdict.error =
        "The receiver answered " + status +
        ", which is not tried again (set retryOn4xx on the webhook to retry). Fix the receiver, then resume.";
  }
  return verdict;
}

}  // namespace

Verdict judge_exchange(const ExchangeFacts& facts, const model::Webhook& webhook) {
  Verdict verdict;
  const bool says_yes = facts.status >= 200 && facts.status < 300;
  const bool is_cut = !facts.answer_complete && !(planted(Bug::cut_answer_accepted) && facts.status != 0);
  if (is_cut && !(facts.status >= 300)) {
    verdict = judge_failure(facts);
  } else if (says_yes) {
    verdict.outcome = Outcome::delivered;
    verdict.disposition = Disposition::delivered;
  } else if (facts.status != 410 && is_worth_retrying(facts.status, webhook)) {
    verdict.outcome = Outcome::refused;
    verdict.disposition = Disposition::retry;
    verdict.error = "The receiver answered " + std::to_string(facts.status) + ".";
  } else {
    verdict = judge_refusal(facts);
  }
  if (verdict.disposition == Disposition::retry) verdict.floor_s = facts.retry_after_s.value_or(0);
  if constexpr (planted(Bug::retry_after_ignored)) verdict.floor_s = 0;
  return verdict;
}

}  // namespace pulter::delivery
