import { plural, span } from "../lib/format";
import { session } from "../lib/http";
import { lastChangeAt, liveState, paused, pausedByUser, retryAt, setPaused, sinceChange, waiting } from "../lib/live";
import { now } from "../lib/time";

export const toggleLive = () => setPaused(!pausedByUser.value);

function words(): { text: string; dot: string; extra?: string } {
  if (session.value === null) return { text: "Signed out", dot: "" };
  if (liveState.value === "reconnecting") {
    const left = Math.max(1, Math.ceil((retryAt.value - now.value) / 1000));
    return { text: `Reconnecting in ${Math.min(left, 3)} s`, dot: "warn" };
  }
  if (liveState.value !== "live") return { text: "Connecting", dot: "" };
  if (paused.value) return { text: "Paused", dot: "", extra: waiting.value ? `${plural(waiting.value, "change")} waiting` : "" };
  return { text: "Live", dot: "live", extra: lastChangeAt.value ? `${span(sinceChange.value)} ago` : "" };
}

export function LiveLine() {
  const { text, dot, extra } = words();
  return (
    <div class="live-line row">
      <span class={`dot ${dot}`} aria-hidden="true" />
      <span class="nowrap">{text}</span>
      <span class="faint grow clip">{extra}</span>
      <button type="button" class="link" aria-pressed={pausedByUser.value} onClick={toggleLive}>
        {pausedByUser.value ? "Go on" : "Pause"}
      </button>
    </div>
  );
}

export function LiveShort() {
  const { text, dot } = words();
  return (
    <span class="row">
      <span class={`dot ${dot}`} aria-hidden="true" />
      {text}
    </span>
  );
}
