import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Explanation } from "../../api";
import { Icon } from "./icons";
import { Text } from "./text";

const restMs = 300;

export interface UrlVerdict {
  /** The text that was judged. */
  text: string;
  answer?: Explanation;
}

/** Asks the daemon's own explain 300 ms after the last key. */
function useVerdict(text: string): UrlVerdict | undefined {
  const [verdict, setVerdict] = useState<UrlVerdict>();
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    running.current?.abort();
    if (!text) {
      setVerdict(undefined);
      return undefined;
    }
    const timer = setTimeout(() => {
      const stop = new AbortController();
      running.current = stop;
      api.explain(text, stop.signal).then(
        (answer) => setVerdict({ text, answer }),
        () => !stop.signal.aborted && setVerdict({ text }),
      );
    }, restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return verdict?.text === text ? verdict : undefined;
}

function Words({ answer }: { answer: Explanation }) {
  const addresses = answer.addresses ?? (answer.address ? [answer.address] : []);
  return (
    <span>
      {answer.allowed ? "Allowed: " : "Refused: "}
      <Text value={answer.rule} />
      {addresses.length > 0 && (
        <>
          {" "}
          <span class="mono">
            <Text value={addresses.slice(0, 6).join(", ")} />
          </span>
        </>
      )}
      {answer.allowed && !answer.final && " Judged again at each connection."}
    </span>
  );
}

/** A callback URL, judged while it is typed. `onVerdict`: whether it may be saved (undefined while unknown). */
export function UrlField({
  label,
  name,
  value,
  onChange,
  onVerdict,
  error,
  optional = false,
}: {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  onVerdict: (allowed: boolean | undefined) => void;
  error?: string;
  optional?: boolean;
}) {
  const verdict = useVerdict(value.trim());
  const allowed = !value.trim() ? (optional ? true : undefined) : verdict?.answer?.allowed;
  useEffect(() => onVerdict(allowed), [allowed]);
  const refused = verdict?.answer && !verdict.answer.allowed;
  return (
    <div class="field">
      <label for={`url-${name}`} class="field-label">
        {label}
      </label>
      <input
        id={`url-${name}`}
        class="input mono"
        type="url"
        inputMode="url"
        spellcheck={false}
        autocomplete="off"
        placeholder="https://example.com/hooks/pulter"
        value={value}
        aria-invalid={refused || error ? "true" : undefined}
        aria-describedby={`verdict-${name}`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <div id={`verdict-${name}`} aria-live="polite">
        {error && (
          <span class="field-error">
            <Text value={error} />
          </span>
        )}
        {value.trim() && !error && (
          <p class={`verdict ${!verdict ? "muted" : refused ? "bad" : verdict.answer ? "ok" : "warn"}`}>
            <Icon name={!verdict ? "pending" : refused ? "failed" : verdict.answer ? "delivered" : "unknown"} size={14} />
            {!verdict ? "Checking where a request would go…" : verdict.answer ? <Words answer={verdict.answer} /> : "The daemon could not judge it now."}
          </p>
        )}
      </div>
    </div>
  );
}
