import type { Attempt, Event, Webhook } from "../../../api";
import { ms } from "../../lib/format";
import { Ago, Countdown } from "../../components/ago";
import { Card } from "../../components/card";
import { PhaseBar, PhaseLegend } from "../../components/phases";
import { Pill } from "../../components/pill";
import { StatusCode } from "../../components/status_code";

/** What follows from an attempt decides its colour: the last one of a halted event stopped it. */
export function followsFrom(event: Event, last: boolean): "retry" | "stop" {
  const stopped = event.state === "halted" || event.state === "cancelled";
  return last && stopped ? "stop" : "retry";
}

function Outcome({ attempt, after }: { attempt: Attempt; after: "retry" | "stop" }) {
  return <Pill state={attempt.outcome} tone={attempt.outcome === "delivered" ? undefined : after === "stop" ? "bad" : "warn"} />;
}

export function AttemptsCard({
  event,
  webhook,
  attempts,
  chosen,
  onChoose,
}: {
  event: Event;
  webhook: Webhook | undefined;
  attempts: Attempt[];
  chosen: number | undefined;
  onChoose: (number: number) => void;
}) {
  const scale = Math.max(1, ...attempts.map((attempt) => attempt.durationMs ?? 0));
  const most = webhook?.retrySchedule.length;
  const lastNumber = attempts[0]?.number;
  const next = event.state === "pending" && event.nextAttemptAt ? event.nextAttemptAt : undefined;
  const inLane = event.state === "pending" && !next;
  const words = attempts[0] && Object.keys(attempts[0].responseHeaders).some((name) => name.toLowerCase() === "retry-after");
  return (
    <Card title="Attempts" hint={`${attempts.length} made${most ? `, ${most} at most` : ""}`} flush action={<PhaseLegend />} class="attempts">
      <div class="scroll-x live">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">Trigger</th>
              <th scope="col">Started</th>
              <th scope="col">Status</th>
              <th scope="col">Outcome</th>
              <th scope="col">Phases</th>
              <th scope="col" class="num">Total</th>
            </tr>
          </thead>
          <tbody>
            {(next || inLane || event.state === "delivering") && (
              <tr class="unknown-row">
                <th scope="row">{(lastNumber ?? 0) + 1}</th>
                <td>{attempts.length ? "retry" : "delivery"}</td>
                <td>
                  {next ? (
                    <span>
                      in <Countdown to={next} />
                    </span>
                  ) : (
                    "now"
                  )}
                </td>
                <td class="faint narrow-off">–</td>
                <td class="muted" colSpan={2}>
                  {next ? (words ? "waits for Retry-After" : "waits for its retry") : inLane ? "takes its turn in the lane" : "in flight"}
                </td>
                <td class="num faint narrow-off">–</td>
              </tr>
            )}
            {attempts.map((attempt) => {
              const after = followsFrom(event, attempt.number === lastNumber);
              return (
                <tr key={attempt.id} class={attempt.number === chosen ? "selected" : ""} onClick={() => onChoose(attempt.number)}>
                  <th scope="row">
                    <button
                      type="button"
                      class="link plain-number"
                      aria-pressed={attempt.number === chosen}
                      aria-label={`Show attempt ${attempt.number}`}
                      onClick={() => onChoose(attempt.number)}
                    >
                      {attempt.number}
                    </button>
                  </th>
                  <td>{attempt.trigger}</td>
                  <td>
                    <Ago at={attempt.startedAt} suffix=" ago" />
                  </td>
                  <td>
                    <StatusCode status={attempt.status} after={after} />
                  </td>
                  <td>
                    <Outcome attempt={attempt} after={after} />
                  </td>
                  <td class="phases">
                    <PhaseBar phases={attempt.phases} scale={scale} />
                  </td>
                  <td class="num muted push">{attempt.durationMs === null ? "–" : ms(attempt.durationMs)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
