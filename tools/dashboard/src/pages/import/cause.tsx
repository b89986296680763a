import { api, type Attempt, type Event, type Import, type ImportLane } from "../../../api";
import { clockTime, count, hostPath, plural, sentence, span } from "../../lib/format";
import { webhooks } from "../../lib/names";
import { useReloadOn, useResource } from "../../lib/resource";
import { now } from "../../lib/time";
import { saidBy } from "../../lib/answer";
import { Countdown } from "../../components/ago";
import { Note } from "../../components/note";
import { Text } from "../../components/text";

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const host = (webhookId: string) => {
  const webhook = webhooks.value.get(webhookId);
  return webhook ? hostPath(webhook.url).split("/")[0] : webhookId;
};

/** The event that holds the lane: the halted one, or the one that waits for its retry. */
function useHolding(value: Import, lane: ImportLane | undefined) {
  const halted = lane?.state === "halted" ? lane.haltedEventId : null;
  const next = lane?.nextAttemptAt ?? value.nextAttemptAt;
  const lastStatus = lane?.lastStatus ?? value.lastStatus ?? 0;
  // Where the daemon does not say when a lane goes on, an answer that was a no is reason to look.
  const mayWait = next === undefined ? lastStatus < 200 || lastStatus > 299 : !!next;
  const waits = !halted && value.state === "delivering" && mayWait;
  const key = halted ? `event ${halted}` : waits && lane ? `waiting ${value.id} ${lane.webhookId} ${lane.delivered}` : undefined;
  const event = useResource<Event | undefined>(key, async () => {
    if (halted) return api.event(halted);
    const found = await api.events({ importId: value.id, webhookId: lane?.webhookId, state: "pending", limit: 5 });
    return found.data.find((each) => each.nextAttemptAt) ?? undefined;
  });
  useReloadOn((change) => change.kind === "event" && change.data.id === event.data?.id, event.reload, 300);
  const attempts = useResource<Attempt[]>(event.data && `attempts ${event.data.id}`, async () => {
    const found = await api.attempts(event.data?.id as string);
    return found.data;
  });
  const last = attempts.data?.reduce<Attempt | undefined>((best, each) => (!best || each.number > best.number ? each : best), undefined);
  return { event: event.data, last, halted: !!halted };
}

function openFor(event: Event | undefined, text: string) {
  return (
    event && (
      <a class="button" href={`/events/${event.id}`}>
        {text}
      </a>
    )
  );
}

function Halted({ value, lane, event, last }: { value: Import; lane: ImportLane; event?: Event; last?: Attempt }) {
  const said = last && saidBy(last);
  const rows = event ? event.firstRow - 1 : (lane.rowsDelivered ?? value.rowsDelivered);
  const what = event?.lastStatus ? `was refused with ${event.lastStatus}` : "was not answered";
  return (
    <Note tone="bad" action={openFor(event, "Read the answer")}>
      <strong>
        Batch {count(event?.index ?? lane.delivered + 1)} {what} by {host(lane.webhookId)}.
      </strong>{" "}
      {rows > 1
        ? `Rows 1 to ${count(rows)} are delivered; nothing after them was sent.`
        : rows
          ? "Row 1 is delivered; nothing after it was sent."
          : "Nothing was delivered before it, and nothing was sent after it."}
      <br />
      {said ? (
        <>
          The answer says: <code><Text value={said} /></code>.{" "}
        </>
      ) : last?.error ? (
        <>
          <Text value={sentence(last.error)} />{" "}
        </>
      ) : null}
      {webhooks.value.get(lane.webhookId)?.enabled === false ? (
        <>
          <a href={`/webhooks/${lane.webhookId}`}>The webhook</a> is disabled: enable it, then resume.
        </>
      ) : said || !last?.error || !/\bresume\b/.test(last.error) ? (
        "Fix the receiver, then resume."
      ) : null}
    </Note>
  );
}

function Waiting({ value, lane, event, last }: { value: Import; lane: ImportLane; event: Event; last?: Attempt }) {
  const after = last?.responseHeaders ? Object.entries(last.responseHeaders).find(([name]) => name.toLowerCase() === "retry-after")?.[1] : undefined;
  const rate = value.rowsPerSecond ?? 0;
  const left = rate > 0 ? ((value.totalRows - value.rowsDelivered) / rate) * 1000 : 0;
  const at = event.nextAttemptAt as string;
  return (
    <Note tone="warn" action={openFor(event, "Open event")}>
      <strong>
        Waiting for {host(lane.webhookId)}: {event.lastStatus ?? "no answer"}
        {after && (
          <>
            {" "}
            with Retry-After <Text value={after.slice(0, 40)} />
          </>
        )}
        .
      </strong>{" "}
      Attempt {event.attempts + 1} of batch {count(event.index)} leaves in <Countdown to={at} />, at {clockTime(new Date(at))}.
      <br />
      {!event.lastStatus && last?.error && (
        <>
          <Text value={sentence(last.error)} />{" "}
        </>
      )}
      {plural(lane.delivered, "batch is", "batches are")} delivered{left > 0 && `, about ${span(left)} of work is left`}.{" "}
      {event.lastStatus ? "Nothing needs to be done." : "Pulter tries again by itself."}
    </Note>
  );
}

const webhookButton = (webhookId: string) => (
  <a class="button" href={`/webhooks/${webhookId}`}>
    Open webhook
  </a>
);

/** An import whose lane does not take it: its webhook is disabled. */
function Disabled({ lane }: { lane: ImportLane }) {
  const reason = webhooks.value.get(lane.webhookId)?.disabledReason;
  return (
    <Note tone="bad" action={webhookButton(lane.webhookId)}>
      <strong>The webhook {host(lane.webhookId)} is disabled: nothing is sent to it.</strong> {reason && <Text value={sentence(capital(reason))} />} Once
      it is enabled this import goes on by itself.
    </Note>
  );
}

/** What stands before an import in its lane. */
function Queued({ value, lane }: { value: Import; lane: ImportLane }) {
  const stats = useResource("stats 15m", () => api.stats("15m"));
  useReloadOn((change) => change.kind === "import" || change.kind === "webhook", stats.reload, 3000);
  const head = stats.data?.lanes.find((each) => each.webhookId === lane.webhookId);
  if (!head?.importId || head.importId === value.id) return null;
  const held = head.state === "held";
  return (
    <Note
      tone={held ? "bad" : "info"}
      action={
        <a class="button" href={`/imports/${head.importId}`}>
          Open that import
        </a>
      }
    >
      <strong>
        It waits for its turn{held ? ": its lane is held" : ""}.
      </strong>{" "}
      <Text value={head.fileName ?? head.importId} /> {head.index !== null && head.count !== null && `(${count(head.index)} of ${count(head.count)})`}{" "}
      {held
        ? `halted, and onHalt of ${host(lane.webhookId)} is hold: resume or cancel it, and the lane goes on.`
        : `goes first: ${host(lane.webhookId)} gets one request at a time, in the order in which the files came.`}
    </Note>
  );
}

/** Why it does not move, and what follows; nothing where it moves. */
export function Cause({ value, lane }: { value: Import; lane: ImportLane | undefined }) {
  const { event, last, halted } = useHolding(value, lane);
  if (value.state === "failed") {
    return (
      <Note
        tone="bad"
        action={
          <a class="button" href={`/upload?templateId=${encodeURIComponent(value.templateId)}`}>
            Upload again
          </a>
        }
      >
        <strong>The file could not be used; nothing was sent.</strong> <Text value={value.error?.detail ?? ""} />
      </Note>
    );
  }
  const open = lane?.state === "queued" || lane?.state === "delivering";
  if (lane && open && webhooks.value.get(lane.webhookId)?.enabled === false) return <Disabled lane={lane} />;
  if (lane?.state === "queued") return <Queued value={value} lane={lane} />;
  if (lane && halted) return <Halted value={value} lane={lane} event={event} last={last} />;
  if (lane && event?.nextAttemptAt && Date.parse(event.nextAttemptAt) > now.value - 1000) {
    return <Waiting value={value} lane={lane} event={event} last={last} />;
  }
  if (value.state === "paused") {
    return (
      <Note tone="info">
        <strong>Paused by hand.</strong> {count(value.delivered)} of {count(value.count)} batches are delivered. Resume goes on at the first undelivered batch.
      </Note>
    );
  }
  if (value.state === "receiving") {
    return (
      <Note tone="info">
        <strong>The file is still arriving.</strong> Nothing is sent before the whole file is counted.
      </Note>
    );
  }
  return null;
}
