import type { ComponentChildren } from "preact";
import { api, type Event, type Import, type Stats, type Webhook } from "../../../api";
import { count, host, plural } from "../../lib/format";
import { webhookName, webhooks } from "../../lib/names";
import { useResource } from "../../lib/resource";
import { now } from "../../lib/time";
import { Ago, Countdown } from "../../components/ago";
import { Card } from "../../components/card";
import { Pill } from "../../components/pill";
import { Text } from "../../components/text";

/** Of one kind; the rest stands behind a link. */
const shownMax = 10;
const longWaitMs = 30_000;
const secretSoonMs = 60 * 60 * 1000;

function Row({ state, what, when, action }: { state: string; what: ComponentChildren; when?: string | null; action: ComponentChildren }) {
  return (
    <li>
      <span class="state">
        <Pill state={state} tone={state === "old secret" ? "warn" : undefined} />
      </span>
      <span class="what">{what}</span>
      <span class="when">{when ? <Ago at={when} /> : null}</span>
      <span class="action">{action}</span>
    </li>
  );
}

function HaltedImport({ value }: { value: Import }) {
  const lane = value.webhooks.find((each) => each.haltedEventId);
  const id = lane?.haltedEventId ?? undefined;
  const event = useResource<Event>(id && `event ${id}`, () => api.event(id as string));
  const hook = lane && webhooks.value.get(lane.webhookId);
  const found = event.data;
  return (
    <Row
      state="halted"
      what={
        <>
          <strong>
            <Text value={value.fileName} />
          </strong>{" "}
          batch {count(found?.index ?? (lane?.delivered ?? value.delivered) + 1)} of {count(value.count)}{" "}
          {found?.lastStatus ? `refused with ${found.lastStatus}` : "is not answered"} by {hook ? host(hook.url) : (lane?.webhookId ?? "its webhook")}
        </>
      }
      when={found?.createdAt ?? value.startedAt}
      action={
        <a class="button" href={id ? `/events/${id}` : `/imports/${value.id}`}>
          Read the answer
        </a>
      }
    />
  );
}

function disabledWebhookRow(webhook: Webhook) {
  return (
    <Row
      key={webhook.id}
      state="disabled"
      what={
        <>
          <strong>{webhookName(webhook.id)}</strong> <Text value={webhook.disabledReason ?? "disabled by hand"} />
        </>
      }
      action={
        <a class="button" href={`/webhooks/${webhook.id}`}>
          Open webhook
        </a>
      }
    />
  );
}

function More({ all, shown, href, what }: { all: number; shown: number; href?: string; what: string }) {
  if (all <= shown) return null;
  const words = `${plural(all - shown, `more ${what}`)}`;
  return (
    <li>
      <span class="state" />
      <span class="what">{href ? <a href={href}>{words}</a> : words}</span>
      <span class="when" />
      <span class="action" />
    </li>
  );
}

/** What waits for a person, each with the one next step. */
export function Attention({ stats, halted: known }: { stats: Stats; halted: Import[] | undefined }) {
  const halted = known ?? [];
  const disabled = [...webhooks.value.values()].filter((each) => !each.enabled);
  const waiting = stats.lanes.filter(
    (lane) => lane.state === "waiting" && lane.nextAttemptAt && lane.waitingSince && now.value - Date.parse(lane.waitingSince) > longWaitMs,
  );
  const secrets = [...webhooks.value.values()].filter(
    (each) => each.oldSecretUntil && Date.parse(each.oldSecretUntil) - now.value < secretSoonMs && Date.parse(each.oldSecretUntil) > now.value,
  );
  const haltedAll = Math.max(halted.length, known ? (stats.imports.halted ?? 0) : 0);
  const disabledAll = Math.max(disabled.length, stats.webhooksDisabled);
  const total = haltedAll + disabledAll + waiting.length + secrets.length;
  // Not said before the halted imports are known.
  if (!total) return <Card title="Needs attention" hint={known ? "Nothing needs you." : " "} />;
  return (
    <Card title="Needs attention" hint={count(total)} flush>
      <ul class="attention">
        {halted.slice(0, shownMax).map((value) => (
          <HaltedImport key={value.id} value={value} />
        ))}
        <More all={haltedAll} shown={Math.min(halted.length, shownMax)} href="/imports?state=halted" what="halted import" />
        {disabled.slice(0, shownMax).map(disabledWebhookRow)}
        <More all={disabledAll} shown={Math.min(disabled.length, shownMax)} href="/webhooks?enabled=false" what="disabled webhook" />
        {waiting.slice(0, shownMax).map((lane) => (
          <Row
            key={lane.webhookId}
            state="waiting"
            what={
              <>
                <strong>{webhookName(lane.webhookId)}</strong> {lane.lastStatus ?? "no answer"}; next attempt in{" "}
                <Countdown to={lane.nextAttemptAt as string} />
              </>
            }
            when={lane.waitingSince}
            action={
              <a class="button" href={lane.eventId ? `/events/${lane.eventId}` : `/webhooks/${lane.webhookId}`}>
                Open event
              </a>
            }
          />
        ))}
        <More all={waiting.length} shown={shownMax} what="waiting lane" />
        {secrets.slice(0, shownMax).map((each) => (
          <Row
            key={each.id}
            state="old secret"
            what={
              <>
                <strong>{webhookName(each.id)}</strong> signs with its old secret for <Countdown to={each.oldSecretUntil as string} /> more; the
                receiver must know the new one by then
              </>
            }
            action={
              <a class="button" href={`/webhooks/${each.id}`}>
                Open webhook
              </a>
            }
          />
        ))}
        <More all={secrets.length} shown={shownMax} what="old secret" />
      </ul>
    </Card>
  );
}
