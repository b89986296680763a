import { api, type Event, type Webhook } from "../../../api";
import { count, sentence } from "../../lib/format";
import { useResource } from "../../lib/resource";
import { Note } from "../../components/note";
import { Text } from "../../components/text";
import { EnableWebhook } from "./webhook_actions";

const looked = 100;

/**
 * The event whose answer disabled the webhook. Nothing was sent after it, so it is among the newest, or, where it was
 * resent from far back, among those that stopped.
 */
async function goneEvent(webhookId: string): Promise<Event | undefined> {
  for (const state of [undefined, "halted", "cancelled"]) {
    const { data } = await api.events({ webhookId, state, limit: looked });
    const found = data.find((each) => each.lastStatus === 410);
    if (found) return found;
  }
  return undefined;
}

const wordsOf = (event: Event): string => (event.name === "all" ? `batch ${count(event.index)}` : event.name);

/** Why nothing is sent to it, the answer that said so, and the way back. */
export function DisabledNote({ webhook }: { webhook: Webhook }) {
  const reason = webhook.disabledReason ?? "by hand";
  const gone = useResource(/\b410\b/.test(reason) ? `gone ${webhook.id}` : undefined, () => goneEvent(webhook.id));
  const event = gone.data;
  return (
    <Note tone="bad" action={<EnableWebhook webhook={webhook} />}>
      <strong>Disabled:</strong> <Text value={sentence(reason)} />{" "}
      {event && (
        <>
          The answer stands with{" "}
          <a href={`/events/${event.id}`}>
            {wordsOf(event)}
            {event.fileName && (
              <>
                {" of "}
                <Text value={event.fileName} />
              </>
            )}
          </a>
          .{" "}
        </>
      )}
      Nothing is sent here; its imports wait or are halted, and are resumed one by one.{" "}
      <a href={`/imports?state=halted${webhook.templateId ? `&templateId=${encodeURIComponent(webhook.templateId)}` : ""}`}>Halted imports</a>
    </Note>
  );
}
