import { useEffect, useState } from "preact/hooks";
import { api, type Webhook } from "../../../api";
import { dayTime, inWords, seconds, span } from "../../lib/format";
import { now } from "../../lib/time";
import { Button, mayChange, readOnlyReason } from "../../components/button";
import { Card } from "../../components/card";
import { Confirm } from "../../components/confirm";
import { CopyButton } from "../../components/id_chip";
import { Icon } from "../../components/icons";
import { showProblem, toast } from "../../components/toast";

const shownMs = 30_000;
const masked = `whsec_${"•".repeat(27)}`;
const overlaps = [0, 3600, 6 * 3600, 24 * 3600, 3 * 86400, 7 * 86400];
const overlapWords = (s: number) => (s === 0 ? "none" : s >= 86400 * 2 ? `${s / 86400} days` : seconds(s));

function Rotate({ webhook, onClose, onDone }: { webhook: Webhook; onClose: () => void; onDone: (secret: string) => void }) {
  const [overlap, setOverlap] = useState(24 * 3600);
  return (
    <Confirm
      title="Rotate the signing secret?"
      verb={overlap ? `Rotate, overlap ${overlapWords(overlap)}` : "Rotate without overlap"}
      danger={overlap === 0}
      warning={overlap === 0 && "Requests in flight, and the receiver until it knows the new secret, may fail to verify."}
      onConfirm={async () => {
        const answer = await api.rotateSecret(webhook.id, overlap);
        if (answer.secret) onDone(answer.secret);
        toast(overlap ? "Rotated: both secrets sign until the overlap ends." : "Rotated: only the new secret signs.");
      }}
      onClose={onClose}
    >
      <p>
        A new secret is made. During the overlap each request carries {inWords(["a signature of the old", "one of the new secret"])}, so a receiver that
        knows either accepts it. Give the new one to the receiver before the overlap ends.
      </p>
      <label class="field">
        <span>Overlap</span>
        <select class="input middle" value={overlap} onChange={(event) => setOverlap(Number(event.currentTarget.value))}>
          {overlaps.map((each) => (
            <option key={each} value={each}>
              {overlapWords(each)}
            </option>
          ))}
        </select>
      </label>
    </Confirm>
  );
}

/** The secret is asked for only when it is to be shown, and leaves the page after 30 s or when it is left. */
export function Secrets({ webhook }: { webhook: Webhook }) {
  const [secret, setSecret] = useState<string>();
  const [rotating, setRotating] = useState(false);
  useEffect(() => {
    if (!secret) return undefined;
    const hide = () => setSecret(undefined);
    const timer = setTimeout(hide, shownMs);
    window.addEventListener("blur", hide);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("blur", hide);
    };
  }, [secret]);
  const fetchSecret = async () => (await api.secret(webhook.id)).secret;
  const toggle = () => (secret ? setSecret(undefined) : fetchSecret().then(setSecret, showProblem));
  const until = webhook.oldSecretUntil && Date.parse(webhook.oldSecretUntil) > now.value ? new Date(webhook.oldSecretUntil) : undefined;
  const blocked = !mayChange();
  return (
    <Card
      title="Signing secrets"
      action={
        <Button changes onClick={() => setRotating(true)}>
          Rotate…
        </Button>
      }
    >
      <div class="secret-row">
        <output class={`mono ${secret ? "shown" : ""}`} aria-label="Signing secret">
          {secret ?? masked}
        </output>
        <button
          type="button"
          class="icon-button edged"
          aria-label={secret ? "Hide the secret" : "Show the secret"}
          title={blocked ? readOnlyReason() : secret ? "Hide" : "Show for 30 s"}
          disabled={blocked}
          onClick={toggle}
        >
          <Icon name={secret ? "eyeOff" : "eye"} />
        </button>
        <span class="icon-button edged">
          <CopyButton text={fetchSecret} label="Copy the secret" bare />
        </span>
      </div>
      {until && (
        <p class="row pad">
          <span class="pill warn">
            <Icon name="waiting" size={13} />
            <span>old secret signs until {dayTime(until)}</span>
          </span>
          <span class="muted">{span(until.getTime() - now.value)} left</span>
        </p>
      )}
      {rotating && <Rotate webhook={webhook} onClose={() => setRotating(false)} onDone={setSecret} />}
    </Card>
  );
}
