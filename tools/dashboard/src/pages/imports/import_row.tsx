import type { Import } from "../../../api";
import { bytes, count } from "../../lib/format";
import { flat } from "../../lib/hostile";
import { importerName, webhookName } from "../../lib/names";
import { shownLanes } from "../../lib/shown_lanes";
import { now } from "../../lib/time";
import { Ago, Countdown } from "../../components/ago";
import { Pill } from "../../components/pill";
import { Progress } from "../../components/progress";
import { StatusCode } from "../../components/status_code";
import { Text } from "../../components/text";

type Row = { id: string; class: string; onClick: () => void };

const running = (value: Import) => value.state === "delivering" || value.state === "halted";

/** The slowest lane is what can be relied on; the others stand in the title. */
export function ImportProgress({ value, text = "above" }: { value: Import; text?: "above" | "beside" }) {
  const title =
    value.webhooks.length > 1
      ? shownLanes(value, undefined).map((lane) => `${webhookName(lane.webhookId)}: ${count(lane.delivered)} / ${count(value.count)}`).join("\n")
      : undefined;
  const grey = value.state === "paused" || value.state === "cancelled";
  const end = value.state === "halted" ? "bad" : value.nextAttemptAt && value.state === "delivering" ? "warn" : undefined;
  return <Progress done={value.delivered} all={value.count} tone={grey ? "grey" : "ok"} end={end} text={text} title={title} />;
}

/** When this state of an import came. A lane that waits sends no change, and its rate falls all the same. */
const cameAt = new WeakMap<Import, number>();
const rateLastsMs = 11_000;

function Rate({ value }: { value: Import }) {
  if (!cameAt.has(value)) cameAt.set(value, Date.now());
  if (!running(value)) return <span class="faint">–</span>;
  const stale = now.value - (cameAt.get(value) as number) > rateLastsMs;
  return <>{count(stale ? 0 : Math.round(value.rowsPerSecond ?? 0))}</>;
}

export function ImportRow({ value, row }: { value: Import; row: Row }) {
  const failed = value.state === "failed";
  const started = value.state !== "queued" && value.state !== "receiving" && !failed;
  return (
    <tr {...row}>
      <th scope="row" class="first">
        <a class="row-link name-clip" href={`/imports/${value.id}`} title={flat(value.fileName)}>
          <Text value={value.fileName || value.id} />
        </a>{" "}
        <span class="faint narrow-off">{value.bytes > 0 && bytes(value.bytes)}</span>
      </th>
      <td class="narrow-off">
        <Text value={importerName(value.templateId)} />
      </td>
      <td class="state">
        <Pill state={value.state} />
      </td>
      <td class="whole progress-cell">
        {failed ? (
          <span class="bad clip" title={flat(value.error?.detail ?? "")}>
            <Text value={value.error?.detail ?? "the file could not be used"} />
          </span>
        ) : (
          <ImportProgress value={value} />
        )}
      </td>
      <td class="narrow-only muted">
        {count(value.delivered)} / {count(value.count)}
      </td>
      <td class="narrow-only muted">
        <Text value={importerName(value.templateId)} />
      </td>
      <td class="num narrow-off">{failed || value.state === "receiving" ? <span class="faint">–</span> : count(value.totalRows)}</td>
      <td class="num muted narrow-off">
        <Rate value={value} />
      </td>
      <td class="num muted">
        {!started ? (
          <span class="faint narrow-off">–</span>
        ) : value.rowErrors ? (
          <span class="warn">
            {count(value.rowErrors)}
            <span class="narrow-only">&nbsp;{value.rowErrors === 1 ? "row error" : "row errors"}</span>
          </span>
        ) : (
          <span class="narrow-off">0</span>
        )}
      </td>
      <td class="num muted last">
        <Ago at={value.startedAt ?? value.createdAt} />
      </td>
      <td class="push">
        <StatusCode status={value.lastStatus} after={value.state === "halted" || value.state === "cancelled" ? "stop" : "retry"} />
        {value.nextAttemptAt && value.state === "delivering" && (
          <span class="muted narrow-off retry">
            {" "}
            retry in <Countdown to={value.nextAttemptAt} />
          </span>
        )}
      </td>
    </tr>
  );
}
