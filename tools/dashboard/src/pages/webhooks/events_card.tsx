import { useState } from "preact/hooks";
import { api, type EventName, type Webhook } from "../../../api";
import { keepWebhooks } from "../../lib/names";
import { mayChange, readOnlyReason } from "../../components/button";
import { Card } from "../../components/card";
import { showProblem } from "../../components/toast";

export const eventWords: { name: EventName; when: string }[] = [
  { name: "all", when: "each batch of rows" },
  { name: "import.started", when: "before batch 1" },
  { name: "import.completed", when: "after the last batch" },
  { name: "import.failed", when: "the file could not be used" },
];

export function EventBoxes({ value, onChange, disabled }: { value: EventName[]; onChange: (value: EventName[]) => void; disabled?: boolean }) {
  const toggle = (name: EventName, on: boolean) =>
    onChange(eventWords.map((each) => each.name).filter((each) => (each === name ? on : value.includes(each))));
  return (
    <>
      {eventWords.map(({ name, when }) => (
        <label class="check" key={name} title={disabled && !mayChange() ? readOnlyReason() : undefined}>
          <input type="checkbox" checked={value.includes(name)} disabled={disabled} onChange={(event) => toggle(name, event.currentTarget.checked)} />
          <span>
            <code>{name}</code> <span class="muted">{when}</span>
          </span>
        </label>
      ))}
    </>
  );
}

/** What this webhook is told. A box changes only once the daemon said yes. */
export function EventsCard({ webhook }: { webhook: Webhook }) {
  const [busy, setBusy] = useState(false);
  const save = async (events: EventName[]) => {
    setBusy(true);
    try {
      keepWebhooks([await api.updateWebhook(webhook.id, { events })]);
    } catch (error) {
      showProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title="Events" hint="for imports that start from now on">
      <EventBoxes value={webhook.events} onChange={save} disabled={busy || !mayChange()} />
    </Card>
  );
}
