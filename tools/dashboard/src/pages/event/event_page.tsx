import { api, type Attempt, type Event, type Webhook } from "../../../api";
import { copyText } from "../../lib/clipboard";
import { count, hostPath } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { fileOf, keepWebhooks, webhooks } from "../../lib/names";
import { useChanges, useResource } from "../../lib/resource";
import { address, navigate, setParameters } from "../../lib/router";
import { lastEventIds } from "../../lib/rows";
import { Card } from "../../components/card";
import { IdChip } from "../../components/id_chip";
import { Icon } from "../../components/icons";
import { PageHead } from "../../components/page_head";
import { Pill } from "../../components/pill";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { Text } from "../../components/text";
import { AnswerCard } from "./answer_card";
import { AttemptsCard } from "./attempts_card";
import { BodyCard } from "./body_card";
import { EventNote } from "./event_note";
import { ResendOne } from "./resend_one";

function useEvent(id: string) {
  const event = useResource<Event>(`event ${id}`, () => api.event(id));
  const attempts = useResource<Attempt[]>(`attempts ${id}`, async () => {
    const answer = await api.attempts(id);
    return answer.data.sort((a, b) => b.number - a.number);
  });
  useChanges((changes) => {
    let again = false;
    for (const { kind, data } of changes) {
      if (kind === "event" && data.id === id) {
        event.change((before) => ({ ...before, ...(data as unknown as Event) }));
        again = true;
      }
      if (kind === "attempt" && data.eventId === id) again = true;
      if (kind === "reset" || kind === "reconnected") {
        event.reload();
        again = true;
      }
    }
    // The stream brings attempts without the answer's text: that is fetched.
    if (again) attempts.reload();
  });
  return { event, attempts };
}

/** Why the bytes cannot be shown, where they cannot. */
function bodyGone(event: Event, attempts: Attempt[] | undefined): string | undefined {
  if (event.name === "test" && !attempts?.length && !event.bodyBytes) return "A test is made when it is sent.";
  return undefined;
}

export function EventPage({ id }: { id: string }) {
  const { event, attempts } = useEvent(id);
  const { query } = address.value;
  const value = event.data;
  const hook = useWebhook(value?.webhookId);
  const wanted = Number(query.get("attempt"));
  const list = attempts.data ?? [];
  const chosen = list.find((attempt) => attempt.number === wanted) ?? list[0];
  const choose = (number: number) => setParameters({ attempt: number === list[0]?.number ? undefined : String(number) });
  const at = lastEventIds.indexOf(id);
  const neighbour = (step: number) => (at >= 0 ? lastEventIds[at + step] : undefined);
  const go = (step: number) => {
    const next = neighbour(step);
    if (next) navigate(`/events/${next}`);
  };
  const digits: Record<string, () => void> = {};
  for (let n = 1; n <= 9; n += 1) digits[String(n)] = () => list.some((attempt) => attempt.number === n) && choose(n);
  useKeys({
    ...digits,
    b: () => document.getElementById("body-pretty")?.focus(),
    h: () => setParameters({ answer: query.get("answer") === "headers" ? undefined : "headers" }),
    c: () => void copyText(id),
    k: () => go(-1),
    j: () => go(1),
  });
  const file = value?.fileName ? { fileName: value.fileName, count: value.count ?? 0 } : value?.importId ? fileOf(value.importId) : undefined;
  const crumbs = (
    <>
      <a href="/events">Events</a>
      {value?.importId && (
        <>
          {" / "}
          <a href={`/imports/${value.importId}${value.index > 0 ? `?batch=${value.index}` : ""}`}>
            <Text value={file?.fileName ?? value.importId} />
          </a>
        </>
      )}
    </>
  );
  if (!value) {
    return (
      <>
        <PageHead crumbs={crumbs} title={event.problem ? "This event cannot be shown" : "Event"} name="Event" facts={<IdChip id={id} />} />
        {event.problem && <ProblemBox problem={event.problem} onRetry={event.reload} />}
        {event.loading && (
          <Card>
            <SkeletonBlock lines={6} loading />
          </Card>
        )}
      </>
    );
  }
  const title = value.index > 0 ? `Batch ${count(value.index)}${file?.count ? ` of ${count(file.count)}` : ""}` : value.name;
  return (
    <div class="event-page">
      <PageHead
        crumbs={crumbs}
        title={title}
        name={title}
        state={<Pill state={value.state} />}
        facts={
          <>
            <IdChip id={value.id} />
            <span>
              event_name <strong>{value.name}</strong>
            </span>
            {value.rows > 0 && value.index > 0 && (
              <span>
                rows {count(value.firstRow)} to {count(value.firstRow + value.rows - 1)}
              </span>
            )}
            <a class="plain mono" href={`/webhooks/${value.webhookId}`}>
              {hook ? hostPath(hook.url) : value.webhookId}
            </a>
          </>
        }
        actions={
          <>
            <button type="button" class="icon-button edged" aria-label="Previous event of the list" disabled={!neighbour(-1)} onClick={() => go(-1)}>
              <Icon name="left" />
            </button>
            <button type="button" class="icon-button edged" aria-label="Next event of the list" disabled={!neighbour(1)} onClick={() => go(1)}>
              <Icon name="right" />
            </button>
            <ResendOne event={value} />
          </>
        }
      />
      <EventNote event={value} webhook={hook} last={list[0]} />
      <div class="columns half event-columns">
        <BodyCard event={value} attempt={chosen} gone={bodyGone(value, attempts.data)} />
        <div class="event-side">
          {attempts.problem && <ProblemBox problem={attempts.problem} onRetry={attempts.reload} />}
          {attempts.loading ? (
            <Card title="Attempts">
              <SkeletonBlock lines={3} loading />
            </Card>
          ) : (
            <AttemptsCard event={value} webhook={hook} attempts={list} chosen={chosen?.number} onChoose={choose} />
          )}
          {chosen && <AnswerCard attempt={chosen} />}
          <div class="narrow-only event-actions">
            <ResendOne event={value} />
            {value.importId && (
              <a class="button" href={`/imports/${value.importId}`}>
                Open import
              </a>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function useWebhook(id: string | undefined): Webhook | undefined {
  const known = id ? webhooks.value.get(id) : undefined;
  useResource(id && !known ? `webhook ${id}` : undefined, async () => {
    const value = await api.webhook(id as string);
    keepWebhooks([value]);
    return value;
  });
  return known;
}
