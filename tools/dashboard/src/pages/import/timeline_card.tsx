import { api, type Import, type ImportLane, type Timeline } from "../../../api";
import { useReloadOn, useResource } from "../../lib/resource";
import { Card } from "../../components/card";
import { ChartCard } from "../../components/chart_card";
import { ProblemBox } from "../../components/problem";

const title = "Throughput and answer time";

/** From the first answer to the last, or to the stop that came after it. */
function spanOf({ points, marks }: Timeline): [number, number] | undefined {
  const first = points[0];
  const last = points[points.length - 1];
  const mark = marks[marks.length - 1];
  if (!first || !last || !mark) return undefined;
  return [first[0], Math.max(last[0], Date.parse(mark.at) / 1000)];
}

/** Why nothing is drawn: answers go with the file of their import. */
function noneWords(value: Import, fileGone: boolean): string | undefined {
  if (!value.dataSync) return "dataSync is false: this import keeps no answers.";
  if (fileGone) return "The answers are not kept any more.";
  return value.delivered > 0 || value.state === "cancelled" ? "There are too few answers to draw." : undefined;
}

export function TimelineCard({ value, lane, fileGone }: { value: Import; lane: ImportLane; fileGone: boolean }) {
  const timeline = useResource<Timeline>(`timeline ${value.id} ${lane.webhookId}`, () => api.timeline(value.id, lane.webhookId));
  useReloadOn((change) => change.kind === "import" && change.data.id === value.id, timeline.reload, 2000, 3000);
  if (timeline.problem && !timeline.data) {
    return (
      <Card title={title}>
        <ProblemBox problem={timeline.problem} onRetry={timeline.reload} />
      </Card>
    );
  }
  return (
    <ChartCard
      title={title}
      hint="this lane, since the start"
      points={timeline.data?.points ?? []}
      none={noneWords(value, fileGone)}
      marks={timeline.data?.marks}
      span={timeline.data && spanOf(timeline.data)}
    />
  );
}
