import { api, type Attempt, type Event, type Webhook } from "../../../api";
import { saidBy } from "../../lib/answer";
import { ms } from "../../lib/format";
import { useReloadOn, useResource } from "../../lib/resource";
import { Ago } from "../../components/ago";
import { Card } from "../../components/card";
import { PhaseBar, PhaseLegend } from "../../components/phases";
import { Pill } from "../../components/pill";
import { ProblemBox } from "../../components/problem";
import { StatusCode } from "../../components/status_code";
import { Text } from "../../components/text";

function verdict(attempt: Attempt): string {
  if (attempt.outcome === "delivered") {
    return attempt.responseBody ? `${attempt.status} counts as success.` : `${attempt.status} with an empty body counts as success.`;
  }
  return attempt.status ? `${attempt.status} is a no: a batch would not count as delivered.` : "No answer came.";
}

/** The last test and its answer, live. */
export function TestCard({ webhook, sent }: { webhook: Webhook; sent: Event | undefined }) {
  const last = useResource<Event | undefined>(sent ? undefined : `last test ${webhook.id}`, async () => {
    const answer = await api.events({ webhookId: webhook.id, name: "test", limit: 1 });
    return answer.data[0];
  });
  const id = sent?.id ?? last.data?.id;
  const event = useResource<Event>(id && `event ${id}`, () => api.event(id as string));
  const attempts = useResource<Attempt[]>(id && `attempts ${id}`, async () => (await api.attempts(id as string)).data);
  const isMine = (change: { kind: string; data: Record<string, unknown> }) =>
    (change.kind === "event" && change.data.id === id) || (change.kind === "attempt" && change.data.eventId === id);
  useReloadOn(
    isMine,
    () => {
      event.reload();
      attempts.reload();
    },
    200,
  );
  const value = event.data;
  const attempt = attempts.data?.reduce<Attempt | undefined>((best, each) => (!best || each.number > best.number ? each : best), undefined);
  const failed = last.problem ? last : event.problem ? event : attempts.problem && !attempts.data ? attempts : undefined;
  if (failed?.problem) {
    return (
      <Card title="Test">
        <ProblemBox problem={failed.problem} onRetry={failed.reload} />
      </Card>
    );
  }
  if (!id || !value) return <Card title="Test" hint={id || last.loading ? undefined : "none was sent yet; a test has one made-up row"} />;
  const said = attempt && saidBy(attempt);
  return (
    <Card
      title="Test"
      hint={<Ago at={value.createdAt} suffix=" ago" />}
      action={
        attempt ? (
          <>
            <StatusCode status={attempt.status} after={attempt.outcome === "delivered" ? "retry" : "stop"} />
            <span class="muted">{attempt.durationMs === null ? "" : ms(attempt.durationMs)}</span>
          </>
        ) : (
          <Pill state={value.state} />
        )
      }
    >
      {attempt ? (
        <>
          <PhaseBar phases={attempt.phases} scale={attempt.durationMs ?? 1} thick />
          <PhaseLegend />
          <p class="muted pad">
            {verdict(attempt)}{" "}
            {said && (
              <>
                It says: <code><Text value={said} /></code>{" "}
              </>
            )}
            {!attempt.status && attempt.error && <Text value={attempt.error} />} <a href={`/events/${value.id}`}>Open the event</a>
          </p>
        </>
      ) : (
        <p class="muted">It takes its turn in the lane; the answer appears here.</p>
      )}
    </Card>
  );
}
