import type { Import } from "../../../api";
import { count, plural } from "../../lib/format";
import { webhookName } from "../../lib/names";
import { setParameters } from "../../lib/router";
import { shownLanes } from "../../lib/shown_lanes";
import { Card } from "../../components/card";
import { Pill } from "../../components/pill";
import { Progress } from "../../components/progress";

export function LanesCard({ value, chosen }: { value: Import; chosen: string | undefined }) {
  const shown = shownLanes(value, chosen);
  const left = value.webhooks.length - shown.length;
  return (
    <Card title="Lanes">
      {!value.webhooks.length && <p class="muted">No webhook gets this import.</p>}
      <ul class="lanes-list">
        {shown.map((lane) => {
          const grey = lane.state === "paused" || lane.state === "cancelled";
          const name = webhookName(lane.webhookId);
          const waits = lane.state === "delivering" && lane.nextAttemptAt;
          return (
            <li key={lane.webhookId}>
              <div class="row">
                {value.webhooks.length > 1 ? (
                  <button
                    type="button"
                    class="link quiet mono clip"
                    aria-pressed={lane.webhookId === chosen}
                    title={`${name}: show its batches`}
                    onClick={() => setParameters({ webhook: lane.webhookId, batch: undefined })}
                  >
                    {name}
                  </button>
                ) : (
                  <a class="plain mono clip" href={`/webhooks/${lane.webhookId}`} title={name}>
                    {name}
                  </a>
                )}
                {waits ? <Pill state="waiting" label="" until={lane.nextAttemptAt} /> : <Pill state={lane.state} />}
              </div>
              <Progress
                done={lane.delivered}
                all={value.count}
                thick
                text="beside"
                tone={grey ? "grey" : "ok"}
                end={lane.state === "halted" ? "bad" : undefined}
              />
            </li>
          );
        })}
      </ul>
      {left > 0 && (
        <p class="muted pad">
          {plural(left, "more lane")}, {count(value.webhooks.filter((lane) => lane.state === "completed").length)} of all {count(value.webhooks.length)} completed.
        </p>
      )}
    </Card>
  );
}
