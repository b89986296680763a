import type { Attempt, Event, Webhook } from "../../../api";
import { clockTime, inWords, seconds, sentence } from "../../lib/format";
import { Countdown } from "../../components/ago";
import { Note } from "../../components/note";
import { Text } from "../../components/text";

const headerOf = (attempt: Attempt | undefined, wanted: string) =>
  attempt && Object.entries(attempt.responseHeaders).find(([name]) => name.toLowerCase() === wanted)?.[1];

/** "Attempts 4 to 8 would follow after 2 min, 10 min …" */
function scheduleAhead(event: Event, webhook: Webhook | undefined): string {
  const made = event.attempts + 1;
  const rest = webhook?.retrySchedule.slice(made) ?? [];
  if (!rest.length) return webhook ? "It is the last one: if it fails, the import halts." : "";
  const spans = inWords(rest.map(seconds));
  const numbers = rest.length === 1 ? `Attempt ${made + 1}` : `Attempts ${made + 1} to ${made + rest.length}`;
  return `${numbers} would follow after ${spans}.`;
}

const advice: Record<number, string> = {
  401: "The receiver asks for authorization: check the webhook's headers, then resume.",
  404: "Nothing answers at this path: check the webhook's URL, then resume.",
  410: "The receiver says that it is gone: the webhook is disabled.",
  413: "The body is too large for the receiver: raise its limit, or import again with a smaller batchSize.",
};

/** Why it stands where it stands, the count-down, and what is still ahead. */
export function EventNote({ event, webhook, last }: { event: Event; webhook: Webhook | undefined; last: Attempt | undefined }) {
  const what = last?.status ?? last?.outcome ?? event.lastStatus ?? "No answer";
  if (event.state === "pending" && event.nextAttemptAt) {
    const after = headerOf(last, "retry-after");
    return (
      <Note tone="warn">
        <strong>
          {what}
          {after && (
            <>
              {" "}
              with Retry-After <Text value={after.slice(0, 40)} />
            </>
          )}
          : attempt {event.attempts + 1} leaves in <Countdown to={event.nextAttemptAt} />, at {clockTime(new Date(event.nextAttemptAt))}.
        </strong>{" "}
        {!last?.status && last?.error && (
          <>
            <Text value={sentence(last.error)} />{" "}
          </>
        )}
        The lane waits with it. {scheduleAhead(event, webhook)}
      </Note>
    );
  }
  if (event.state !== "halted") return null;
  const status = last?.status ?? 0;
  const location = headerOf(last, "location");
  const spent = webhook && event.attempts >= webhook.retrySchedule.length;
  return (
    <Note
      tone="bad"
      action={
        event.importId && (
          <a class="button" href={`/imports/${event.importId}${event.index > 0 ? `?batch=${event.index}` : ""}`}>
            Open import
          </a>
        )
      }
    >
      <strong>
        {status ? `Refused with ${status}` : `No answer (${last?.outcome ?? "unknown"})`}
        {event.importId ? `: the import is halted at this ${event.index > 0 ? "batch" : "event"}` : ""}
        {event.importId && spent && !advice[status] ? ", its schedule is spent" : ""}.
      </strong>{" "}
      {status >= 300 && status < 400 ? (
        <>
          Redirects are never followed{location && (
            <>
              ; it pointed to <code><Text value={location.slice(0, 300)} /></code>
            </>
          )}
          . Set the webhook's URL to the final address, then resume.
        </>
      ) : (
        <>
          {!status && last?.error && (
            <>
              <Text value={sentence(last.error)} />{" "}
            </>
          )}
          {advice[status] ?? (event.importId ? "Nothing after it was sent. Fix the receiver, then resume the import." : "A test halts nothing.")}
          {status === 410 && webhook?.enabled === false && (
            <>
              {" "}
              <a href={`/webhooks/${webhook.id}`}>Enable it</a> when the receiver is back.
            </>
          )}
        </>
      )}
    </Note>
  );
}
