import type { Lane } from "../../../api";
import { count, plural, shortMs } from "../../lib/format";
import { flat } from "../../lib/hostile";
import { fileOf, webhookName } from "../../lib/names";
import { Elapsed } from "../../components/ago";
import { Card } from "../../components/card";
import { Pill } from "../../components/pill";
import { SkeletonRows } from "../../components/skeleton";
import { StatusCode } from "../../components/status_code";
import { Text } from "../../components/text";

const answersShown = 30;
/** Lanes shown at once: each is drawn again with every change of the figures. */
const lanesMax = 100;

function Answers({ text, disabled }: { text: string; disabled: boolean }) {
  const letters = text.slice(-answersShown).split("");
  const words = `${plural(letters.filter((c) => c === "d").length, "answer")} of ${letters.length} accepted`;
  const rest = disabled ? Math.max(0, answersShown - letters.length) : 0;
  return (
    <span class="answers" role="img" aria-label={words} title={words}>
      {letters.map((letter, index) => (
        <span key={index} class={`a-${letter}`} />
      ))}
      {Array.from({ length: rest }, (_, index) => (
        <span key={`rest ${index}`} class="a-none" />
      ))}
    </span>
  );
}

function LaneRow({ lane }: { lane: Lane }) {
  const name = lane.fileName ?? (lane.importId ? fileOf(lane.importId)?.fileName : undefined);
  return (
    <tr>
      <th scope="row" class="first">
        <a class="row-link mono" href={`/webhooks/${lane.webhookId}`}>
          <span class="clip">{webhookName(lane.webhookId)}</span>
        </a>
      </th>
      <td class="state">
        {lane.state === "waiting" && lane.nextAttemptAt ? <Pill state="waiting" label="retry in" until={lane.nextAttemptAt} /> : <Pill state={lane.state} />}
      </td>
      <td class="whole">
        {lane.importId && name ? (
          <a class="plain" href={`/imports/${lane.importId}`} title={flat(name)}>
            <span class="name-clip">
              <Text value={name} />
            </span>{" "}
            {lane.index !== null && lane.count !== null && `${count(lane.index)}/${count(lane.count)}`}
          </a>
        ) : (
          <span class="faint">–</span>
        )}
      </td>
      <td class="num narrow-off">{lane.inFlightSince ? <Elapsed since={lane.inFlightSince} /> : <span class="faint">–</span>}</td>
      <td class="num narrow-off">{count(lane.queue)}</td>
      <td class="num">
        {count(lane.rowsPerSecond)}
        <span class="narrow-only faint">&nbsp;rows/s</span>
      </td>
      <td class="num narrow-off">{lane.p95Ms === null ? <span class="faint">–</span> : shortMs(lane.p95Ms)}</td>
      <td class="push">
        <StatusCode status={lane.lastStatus} after={lane.state === "disabled" || lane.state === "held" ? "stop" : "retry"} />
      </td>
      <td>
        <Answers text={lane.lastAnswers} disabled={lane.state === "disabled"} />
      </td>
    </tr>
  );
}

/** Where there are very many, those that do or need something come first, in the order in which they were given. */
function chosenLanes(lanes: Lane[]): Lane[] {
  if (lanes.length <= lanesMax) return lanes;
  const busy = lanes.filter((lane) => lane.state !== "idle").slice(0, lanesMax);
  return [...busy, ...lanes.filter((lane) => lane.state === "idle").slice(0, lanesMax - busy.length)];
}

export function Lanes({ lanes }: { lanes: Lane[] | undefined }) {
  return (
    <Card title="Lanes" hint="one request in flight per webhook, ever" flush>
      {lanes && !lanes.length ? (
        <p class="muted pad">No webhook yet. Each webhook has a lane of its own.</p>
      ) : (
        <div class="scroll-x live">
          <table class="table lanes cards">
            <thead>
              <tr>
                <th scope="col">Webhook</th>
                <th scope="col">State</th>
                <th scope="col">Now</th>
                <th scope="col" class="num">In flight</th>
                <th scope="col" class="num">Queue</th>
                <th scope="col" class="num">Rows/s</th>
                <th scope="col" class="num">p95</th>
                <th scope="col">Last answer</th>
                <th scope="col">Last 30 answers</th>
              </tr>
            </thead>
            <tbody>
              <SkeletonRows rows={3} columns={9} loading={!lanes} />
              {lanes && chosenLanes(lanes).map((lane) => (
                <LaneRow key={lane.webhookId} lane={lane} />
              ))}
            </tbody>
          </table>
          {lanes && lanes.length > lanesMax && (
            <p class="muted pad center">
              {plural(lanes.length - lanesMax, "more lane")}; every webhook stands under <a href="/webhooks">Webhooks</a>.
            </p>
          )}
        </div>
      )}
    </Card>
  );
}
