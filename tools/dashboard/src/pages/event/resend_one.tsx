import { useState } from "preact/hooks";
import { api, type Event } from "../../../api";
import { count } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { Button, mayChange } from "../../components/button";
import { Confirm } from "../../components/confirm";
import { showProblem, toast } from "../../components/toast";

/** Resends and tests that its lane takes before it; 0 where that is not known. */
async function before(event: Event): Promise<number> {
  try {
    const plan = await api.planResend({ importId: event.importId ?? undefined, webhookId: event.webhookId, name: event.name });
    return Math.max(0, (plan.webhooks.find((each) => each.webhookId === event.webhookId)?.queue ?? 0) - 1);
  } catch {
    return 0;
  }
}

/** The same id and bytes once more, in turn. Asks only where they were accepted before. */
export function ResendOne({ event }: { event: Event }) {
  const [asking, setAsking] = useState(false);
  const send = async () => {
    await api.resend(event.id);
    const now = event.state === "pending" && event.nextAttemptAt;
    if (now) return void toast("Tried at once: the attempt appears below.");
    const ahead = await before(event);
    toast(`In the lane${ahead ? `, ${count(ahead)} before it` : ""}: the attempt appears below when it is its turn.`);
  };
  const press = () => (event.state === "delivered" ? setAsking(true) : send());
  useKeys({
    s: () => {
      if (mayChange()) Promise.resolve(press()).catch(showProblem);
    },
  });
  return (
    <>
      <Button changes icon="resend" shortcut="s" onClick={press}>
        Resend
      </Button>
      {asking && (
        <Confirm title="Resend this event?" verb="Resend 1 event" onConfirm={send} onClose={() => setAsking(false)}>
          <p>
            It was accepted before. The same <code>webhook-id</code> and the same bytes go again: a receiver that does not check the id takes its{" "}
            {event.rows === 1 ? "row" : "rows"} twice.
          </p>
        </Confirm>
      )}
    </>
  );
}
