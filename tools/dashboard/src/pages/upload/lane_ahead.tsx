import { api } from "../../../api";
import { clockTime, plural } from "../../lib/format";
import { webhookName } from "../../lib/names";
import { useReloadOn, useResource } from "../../lib/resource";
import { Note } from "../../components/note";
import { Text } from "../../components/text";

/** What is before this import in its lane; nothing where the lane is free. */
export function LaneAhead({ webhookId }: { webhookId: string }) {
  const stats = useResource("stats 15m", () => api.stats("15m"));
  useReloadOn((change) => change.kind === "import", stats.reload, 2000);
  const lane = stats.data?.lanes.find((each) => each.webhookId === webhookId);
  if (!lane || (lane.state === "idle" && !lane.queue)) return null;
  const queued = lane.queue > 0 && <>, and {plural(lane.queue, "queued import")}</>;
  if (lane.state === "waiting" && lane.nextAttemptAt) {
    return (
      <Note tone="warn">
        The lane {webhookName(webhookId)} waits for its retry until {clockTime(new Date(lane.nextAttemptAt))}, then{" "}
        <strong>
          <Text value={lane.fileName ?? "the import before it"} />
        </strong>{" "}
        goes first{queued}.
      </Note>
    );
  }
  if (lane.state === "held") {
    return (
      <Note tone="bad">
        The lane {webhookName(webhookId)} is held by a halted import; this one waits until that is resumed or cancelled.
      </Note>
    );
  }
  return (
    <Note tone="info">
      In {webhookName(webhookId)}{" "}
      <strong>
        <Text value={lane.fileName ?? "another import"} />
      </strong>{" "}
      goes first{queued}.
    </Note>
  );
}
