import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Event, type Import, type ImportLane } from "../../../api";
import { count, plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { webhookName } from "../../lib/names";
import { useChanges, useResource } from "../../lib/resource";
import { navigate, setParameters } from "../../lib/router";
import { shownLanes } from "../../lib/shown_lanes";
import { codeOfEvent, codeWord, Strip, withCodes, type Code } from "../../lib/strip_model";
import { Card } from "../../components/card";
import { FilterChip } from "../../components/filter_chip";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { BatchStrip } from "../../components/strip";
import { toast } from "../../components/toast";

async function eventOf(importId: string, webhookId: string, batch: number): Promise<Event | undefined> {
  const found = await api.events({ importId, webhookId, name: "all", index: batch, limit: 1 });
  return found.data.find((each) => each.index === batch);
}

const answersKept = 4;

/** The strip, kept up by the stream: only the cells that changed are drawn again. */
function useStrip(value: Import, lane: ImportLane) {
  // What the stream said while an answer was on its way: the answer may be from before it, and it is not said again.
  const open = useRef(new Set<Map<number, Code>>());
  // Nor is it said again between an answer and its drawing: changes go into every strip of the last answers.
  const made = useRef<Strip[]>([]);
  const resource = useResource<Strip>(`batches ${value.id} ${lane.webhookId}`, async () => {
    const since = new Map<number, Code>();
    open.current.add(since);
    try {
      const answer = Strip.parse(withCodes(await api.batches(value.id, lane.webhookId), since));
      made.current = [answer, ...made.current].slice(0, answersKept);
      return answer;
    } finally {
      open.current.delete(since);
    }
  });
  const strip = resource.data;
  const [version, setVersion] = useState(0);
  const dirty = useRef<Set<number> | undefined>(undefined);
  useChanges((changes) => {
    const touched = new Set<number>();
    for (const { kind, data } of changes) {
      if (kind === "reset" || kind === "reconnected") resource.reload();
      if (kind !== "event" || data.importId !== value.id || data.webhookId !== lane.webhookId || data.name !== "all") continue;
      const event = data as unknown as Event;
      const code = codeOfEvent(event);
      for (const since of open.current) since.set(event.index, code);
      for (const each of made.current) if (each !== strip) each.set(event.index, code);
      const cell = strip ? strip.set(event.index, code) : -1;
      if (cell >= 0) touched.add(cell);
    }
    if (!touched.size) return;
    dirty.current = touched;
    setVersion((n) => n + 1);
  });
  // What is delivered per lane is known even where single changes were merged away: ask again when it ran ahead.
  const behind = strip ? lane.delivered - delivered(strip) : 0;
  useEffect(() => {
    if (behind <= 0) return undefined;
    const timer = setInterval(resource.reload, 1500);
    return () => clearInterval(timer);
  }, [behind > 0]);
  useEffect(() => {
    resource.reload();
  }, [value.state]);
  return { resource, strip, version, dirty: dirty.current };
}

function delivered(strip: Strip): number {
  const tally = strip.tally();
  return tally.d + tally.r + tally.e;
}

export function BatchesCard({
  value,
  lane,
  batch,
  onSelect,
}: {
  value: Import;
  lane: ImportLane;
  batch: number | undefined;
  onSelect: (batch: number) => void;
}) {
  const { resource, strip, version, dirty } = useStrip(value, lane);
  const [asTable, setAsTable] = useState(false);
  const known = useRef(new Map<number, Event>());
  const factsOf = async (at: number) => {
    const kept = known.current.get(at);
    if (kept?.state === "delivered") return kept;
    const found = await eventOf(value.id, lane.webhookId, at);
    if (found) known.current.set(at, found);
    return found;
  };
  const open = async (at: number) => {
    if (strip?.codeOf(at) === ".") {
      onSelect(at);
      toast(`Batch ${count(at)} was not sent yet: it has no event.`);
      return;
    }
    const found = await factsOf(at);
    if (found) navigate(`/events/${found.id}`);
    else toast(value.dataSync ? `The event of batch ${count(at)} is no longer kept.` : "dataSync is false: this import keeps no events.");
  };
  // Where nothing was chosen, the batch that matters is.
  const shown = batch ?? (strip ? remarkable(strip) : undefined);
  useKeys({
    e: () => shown !== undefined && void open(shown),
    "[": () => strip && onSelect(strip.move(shown ?? 1, "[") ?? 1),
    "]": () => strip && onSelect(strip.move(shown ?? 1, "]") ?? 1),
  });
  const per = strip?.perCell ?? 1;
  const hint =
    per > 1
      ? `${count(value.count)} batches · one cell is ${count(per)} · the worst outcome shows`
      : `${count(value.count)} ${value.count === 1 ? "batch" : "batches"} of up to ${plural(value.batchSize, "row")}`;
  return (
    <Card
      title="Batches"
      hint={hint}
      action={
        <>
          <button type="button" class="link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? "Show as strip" : "Show as table"}
          </button>
          {value.webhooks.length > 1 ? (
            <FilterChip
              label="Webhook"
              bare
              value={undefined}
              any={webhookName(lane.webhookId)}
              options={shownLanes(value, lane.webhookId).map((each) => ({ value: each.webhookId, text: webhookName(each.webhookId) }))}
              onChange={(webhook) => webhook && setParameters({ webhook })}
            />
          ) : (
            <span class="mono muted clip">{webhookName(lane.webhookId)}</span>
          )}
        </>
      }
    >
      {resource.problem && !strip && <ProblemBox problem={resource.problem} onRetry={resource.reload} />}
      {resource.loading && <SkeletonBlock lines={3} loading />}
      {strip && !asTable && (
        <BatchStrip strip={strip} version={version} dirty={dirty} batch={shown} onSelect={onSelect} onOpen={open} factsOf={factsOf} />
      )}
      {strip && asTable && <StripTable strip={strip} />}
    </Card>
  );
}

function remarkable(strip: Strip): number | undefined {
  for (const code of ["h", "w", "f"] as const) {
    const at = strip.codes.indexOf(code.charCodeAt(0));
    if (at >= 0) return at + 1;
  }
  return undefined;
}

function StripTable({ strip }: { strip: Strip }) {
  const ranges = strip.ranges();
  return (
    <div class="scroll-x tall" tabIndex={0} role="region" aria-label="The batches as a table">
      <table class="table small">
        <thead>
          <tr>
            <th scope="col">Batches</th>
            <th scope="col">Outcome</th>
            <th scope="col" class="num">Count</th>
          </tr>
        </thead>
        <tbody>
          {ranges.map((range) => (
            <tr key={range.from}>
              <th scope="row">{range.from === range.to ? count(range.from) : `${count(range.from)} to ${count(range.to)}`}</th>
              <td>{codeWord[range.code]}</td>
              <td class="num">{count(range.to - range.from + 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
