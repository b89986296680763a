// Spans of time in an address: "24h" is relative, so that a kept link goes on meaning it; an RFC 3339 time is that time.

import { dayMinute } from "./format";

export const sinceOptions = [
  { value: "15m", text: "last 15 min", ms: 15 * 60_000 },
  { value: "1h", text: "last hour", ms: 3_600_000 },
  { value: "24h", text: "last 24 h", ms: 86_400_000 },
  { value: "7d", text: "last 7 days", ms: 7 * 86_400_000 },
  { value: "30d", text: "last 30 days", ms: 30 * 86_400_000 },
];

/** The time that `value` means now, for the API; whole minutes, so that equal questions are equal. */
export function sinceTime(value: string | null | undefined, now = Date.now()): string | undefined {
  if (!value) return undefined;
  const known = sinceOptions.find((each) => each.value === value);
  if (known) return new Date(Math.floor((now - known.ms) / 60_000) * 60_000).toISOString();
  return Number.isNaN(Date.parse(value)) ? undefined : new Date(value).toISOString();
}

/** A span of an address, if it can be read: what cannot must not look like a filter. */
export const readSince = (value: string | null | undefined): string | undefined => (sinceTime(value) ? (value as string) : undefined);

/** The words of a span's begin, and those of its end: "last hour", "from 24 Nov 14:00", "24 Nov 15:00". */
export function sinceWords(value: string): string {
  return sinceOptions.find((each) => each.value === value)?.text ?? `from ${dayMinute(new Date(value))}`;
}
export function untilWords(value: string): string {
  const known = sinceOptions.find((each) => each.value === value);
  return known ? `before the ${known.text}` : dayMinute(new Date(value));
}

const two = (n: number): string => String(n).padStart(2, "0");

/** What an input of type datetime-local holds for a time of an address: the reader's zone, to the second. */
export function toInput(value: string | undefined, now = Date.now()): string {
  const time = sinceTime(value, now);
  if (!time) return "";
  const date = new Date(time);
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}${date.getSeconds() ? `:${two(date.getSeconds())}` : ""}`;
}
export const fromInput = (text: string): string | undefined => (text && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : undefined);

/** Whether a time lies in the span, whose ends are times. */
export function isWithin(time: string, span: { since?: string; until?: string }): boolean {
  return (!span.since || Date.parse(time) >= Date.parse(span.since)) && (!span.until || Date.parse(time) < Date.parse(span.until));
}
