import { countdown, exact, exactHere, span } from "../lib/format";
import { exactTimes, now } from "../lib/time";

/** How long ago, moved by the one clock; exact UTC in the title and while "." is held. */
export function Ago({ at, suffix = "" }: { at: string | null | undefined; suffix?: string }) {
  if (!at) return <span class="faint">–</span>;
  const date = new Date(at);
  const text = exactTimes.value ? exact(date) : span(now.value - date.getTime()) + suffix;
  return (
    <time dateTime={at} title={exactHere(date)}>
      {text}
    </time>
  );
}

export function Countdown({ to }: { to: string }) {
  const date = new Date(to);
  return (
    <time dateTime={to} title={exactHere(date)}>
      {exactTimes.value ? exact(date) : countdown(date.getTime() - now.value)}
    </time>
  );
}

/** Seconds that something has been under way, with one digit. */
export function Elapsed({ since }: { since: string }) {
  return <>{`${(Math.max(0, now.value - Date.parse(since)) / 1000).toFixed(1)} s`}</>;
}
