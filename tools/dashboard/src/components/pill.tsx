import { Icon, type IconName } from "./icons";
import { Countdown } from "./ago";

type Tone = "ok" | "warn" | "bad" | "accent" | "mute";

const states: Record<string, { icon: IconName; tone: Tone }> = {
  delivered: { icon: "delivered", tone: "ok" },
  completed: { icon: "delivered", tone: "ok" },
  enabled: { icon: "delivered", tone: "ok" },
  allowed: { icon: "delivered", tone: "ok" },
  delivering: { icon: "delivering", tone: "accent" },
  receiving: { icon: "upload", tone: "accent" },
  running: { icon: "delivering", tone: "accent" },
  queued: { icon: "queued", tone: "mute" },
  idle: { icon: "queued", tone: "mute" },
  pending: { icon: "pending", tone: "mute" },
  waiting: { icon: "waiting", tone: "warn" },
  paused: { icon: "paused", tone: "mute" },
  held: { icon: "paused", tone: "bad" },
  halted: { icon: "halted", tone: "bad" },
  failed: { icon: "failed", tone: "bad" },
  unreachable: { icon: "failed", tone: "warn" },
  disabled: { icon: "disabled", tone: "bad" },
  cancelled: { icon: "disabled", tone: "mute" },
  stopped: { icon: "disabled", tone: "mute" },
  refused: { icon: "refused", tone: "warn" },
  unknown: { icon: "unknown", tone: "warn" },
  note: { icon: "info", tone: "mute" },
};

/** The API's own word with its glyph. `until`: it waits for a time, which counts down. */
export function Pill({
  state,
  until,
  label,
  tone,
}: {
  state: string;
  until?: string | null;
  label?: string;
  tone?: Tone;
}) {
  const look = until ? { icon: "waiting", tone: "warn" as Tone } : (states[state] ?? { icon: "unknown", tone: "mute" as Tone });
  return (
    <span class={`pill ${tone ?? look.tone}`}>
      <Icon name={look.icon} size={13} />
      <span>
        {label ?? state}
        {until && (
          <>
            {label === undefined ? ", " : label && " "}
            <Countdown to={until} />
          </>
        )}
      </span>
    </span>
  );
}
