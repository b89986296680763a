import { useMemo } from "preact/hooks";
import { api, type Event, type Lane, type Webhook } from "../../../api";
import { shortMs } from "../../lib/format";
import { useReloadOn, useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { codeOfEvent, severity } from "../../lib/strip_model";
import { Card } from "../../components/card";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { StripLegend } from "../../components/strip";
import { StripCanvas, type CellSource } from "../../components/strip_canvas";

const shown = 100;

/** The newest events with an answer, oldest first, two rows of fifty. A click opens the event. */
export function LastAnswers({ webhook, lane }: { webhook: Webhook; lane: Lane | undefined }) {
  const events = useResource(`answers ${webhook.id}`, async () => {
    const answer = await api.events({ webhookId: webhook.id, limit: shown });
    return answer.data.filter((event) => event.attempts > 0).reverse();
  });
  useReloadOn((change) => change.kind === "event" && change.data.webhookId === webhook.id, events.reload, 2000);
  const list: Event[] = events.data ?? [];
  const source = useMemo<CellSource>(
    () => ({ cells: list.length, perRow: 50, codeAt: (cell) => codeOfEvent(list[cell] as Event), dense: false }),
    [events.data],
  );
  const codes = useMemo(() => new Set(severity.filter((code) => list.some((event) => codeOfEvent(event) === code))), [events.data]);
  const good = list.filter((event) => event.state === "delivered").length;
  return (
    <Card
      title="Last 100 answers"
      hint={lane && lane.p50Ms !== null ? `p50 ${shortMs(lane.p50Ms)} · p95 ${shortMs(lane.p95Ms ?? lane.p50Ms)}` : undefined}
      action={<a href={`/events?webhookId=${webhook.id}`}>All events</a>}
    >
      {events.problem && <ProblemBox problem={events.problem} onRetry={events.reload} />}
      {events.loading && <SkeletonBlock lines={2} loading />}
      {events.data && !list.length && <p class="muted">Nothing was sent here yet. Send a test, or upload a file.</p>}
      {list.length > 0 && (
        <>
          <div class="strip-cells" role="img" aria-label={`${good} of the last ${list.length} were delivered; the list stands under All events`}>
            <StripCanvas
              source={source}
              cellHeight={13}
              version={list.length}
              onPoint={() => undefined}
              onPick={(cell) => {
                const event = list[cell];
                if (event) navigate(`/events/${event.id}`);
              }}
            />
          </div>
          <div class="row between">
            <StripLegend codes={codes} />
            <span class="muted tiny">oldest first</span>
          </div>
        </>
      )}
    </Card>
  );
}
