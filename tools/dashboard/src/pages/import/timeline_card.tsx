import { api, type Import, type ImportLane, type Timeline } from "../../../api";
import { useReloadOn, useResource } from "../../lib/resource";
import { ChartCard } from "../../components/chart_card";

export function TimelineCard({ value, lane }: { value: Import; lane: ImportLane }) {
  const timeline = useResource<Timeline>(`timeline ${value.id} ${lane.webhookId}`, () => api.timeline(value.id, lane.webhookId));
  useReloadOn((change) => change.kind === "import" && change.data.id === value.id, timeline.reload, 2000, 3000);
  if (timeline.problem && !timeline.data) return null;
  return (
    <ChartCard
      title="Throughput and answer time"
      hint="this lane, since the start"
      points={timeline.data?.points ?? []}
      marks={timeline.data?.marks}
    />
  );
}
