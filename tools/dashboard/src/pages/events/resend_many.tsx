import { useEffect, useState } from "preact/hooks";
import { api, type EventFilter, type ResendJob, type ResendPlan } from "../../../api";
import { bytes, clockTime, count, inWords, plural, span } from "../../lib/format";
import { fileOf, webhookName } from "../../lib/names";
import { useChanges, useResource } from "../../lib/resource";
import { sinceWords, untilWords } from "../../lib/since";
import { Button } from "../../components/button";
import { Confirm, typedNumber } from "../../components/confirm";
import { Dialog } from "../../components/dialog";
import { ProblemBox } from "../../components/problem";
import { Progress } from "../../components/progress";
import { SkeletonBlock } from "../../components/skeleton";
import { Text } from "../../components/text";
import type { Filters } from "./event_filters";

/** The lanes work side by side: the slowest of them is how long it takes. */
function laneTime(plan: ResendPlan): string | undefined {
  const times = plan.webhooks.map((lane) => (lane.p50Ms == null ? undefined : lane.p50Ms * (lane.count + (lane.queue ?? 0))));
  const known = times.filter((each) => each !== undefined);
  return known.length ? span(Math.max(...known, 1000)) : undefined;
}

function FilterList({ shown }: { shown: Filters }) {
  const entries: [string, string][] = [];
  if (shown.importId) entries.push(["Import", fileOf(shown.importId)?.fileName ?? shown.importId]);
  if (shown.webhookId) entries.push(["Webhook", webhookName(shown.webhookId)]);
  if (shown.state) entries.push(["State", shown.state]);
  if (shown.name) entries.push(["Name", shown.name]);
  if (shown.since) entries.push(["Time", sinceWords(shown.since)]);
  if (shown.until) entries.push(["Until", untilWords(shown.until)]);
  if (!entries.length) entries.push(["Filter", "none: every event that is kept"]);
  return (
    <dl class="facts-list">
      {entries.map(([label, value]) => (
        <>
          <dt>{label}</dt>
          <dd>
            <Text value={value} />
          </dd>
        </>
      ))}
    </dl>
  );
}

/** An answer that was asked for before the stream said more is older than what the stream said. */
const newer = (a: ResendJob, b: ResendJob): ResendJob =>
  b.done + b.failed < a.done + a.failed || (a.state !== "running" && b.state === "running") ? a : b;

function Running({ job, counted, onClose }: { job: ResendJob; counted: number; onClose: () => void }) {
  const [state, setState] = useState(job);
  const take = (next: ResendJob) => setState((before) => newer(before, next));
  useChanges((changes) => {
    for (const change of changes) {
      if (change.kind === "resend" && change.data.id === job.id) take(change.data as unknown as ResendJob);
      if (change.kind === "reset" || change.kind === "reconnected") api.resendJob(job.id).then(take, () => undefined);
    }
  });
  useEffect(() => {
    // The first changes may have passed before this stood here.
    api.resendJob(job.id).then(take, () => undefined);
  }, []);
  const words = { running: "Resending", done: "Resent", stopped: "Stopped after resending" }[state.state];
  return (
    <Dialog title={`${words} ${count(state.done)} of ${plural(state.count, "event")}`} onClose={onClose}>
      <Progress done={state.done} all={state.count} tone={state.state === "stopped" ? "grey" : "accent"} thick text="beside" />
      <p class="field">
        {state.count < counted && `${plural(counted - state.count, "event")} of those counted did not match any more. `}
        {state.failed ? `${plural(state.failed, "event")} could not be put into its lane. ` : ""}
        Each takes its turn in its lane; closing this does not stop it.
      </p>
      <div class="dialog-actions">
        {state.state === "running" && (
          <Button kind="danger" changes onClick={async () => take(await api.stopResend(job.id))}>
            Stop
          </Button>
        )}
        <button type="button" class="button primary" data-first onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Filter, count, confirm, watch: it acts on all that match at the moment of the count, never on the page shown. */
export function ResendMany({ filters, shown, onClose }: { filters: EventFilter; shown: Filters; onClose: () => void }) {
  const plan = useResource<ResendPlan>(`plan ${JSON.stringify(filters)} ${useState(() => Date.now())[0]}`, () => api.planResend(filters));
  const [job, setJob] = useState<ResendJob>();
  const value = plan.data;
  if (job) return <Running job={job} counted={value?.count ?? job.count} onClose={onClose} />;
  if (!value || value.count === 0) {
    return (
      <Dialog title={value ? "No event matches" : "Counting…"} onClose={onClose}>
        {plan.problem ? <ProblemBox problem={plan.problem} onRetry={plan.reload} /> : !value && <SkeletonBlock lines={3} loading />}
        <div class="dialog-actions">
          <button type="button" class="button" data-first onClick={onClose}>
            Close
          </button>
        </div>
      </Dialog>
    );
  }
  const time = laneTime(value);
  const places = value.webhooks.map((lane) => `${webhookName(lane.webhookId)} (${count(lane.count)})`);
  return (
    <Confirm
      title={`Resend ${plural(value.count, "event")}?`}
      verb={`Resend ${plural(value.count, "event")}`}
      number={typedNumber(value.count)}
      warning={
        value.delivered > 0 && (
          <>
            {value.delivered === value.count ? "These rows were" : `${plural(value.delivered, "of them was", "of them were")}`} accepted before. The
            same bytes and the same <code>webhook-id</code> go again: a receiver that does not check the id takes them twice.
          </>
        )
      }
      onConfirm={async () => {
        const started = await api.resendMany(filters, value.asOf);
        setJob(started);
        // The dialog stays open for the progress: Confirm's own close is overruled by the job.
        return new Promise(() => undefined);
      }}
      onClose={onClose}
    >
      <p>
        {plural(value.count, "event")} match, {plural(value.rows, "row")}, {bytes(value.bytes)}. They go to{" "}
        {value.webhooks.length === 1 ? "one webhook" : inWords(places.slice(0, 6))} and take their turn in {value.webhooks.length === 1 ? "its lane" : "the lanes"}, after
        what is in flight.{time && ` At the median answer time that is about ${time}.`} Counted at {clockTime(new Date(value.asOf))}; what comes later
        is left out.
      </p>
      <FilterList shown={shown} />
    </Confirm>
  );
}
