// "Last 24 h" in an address: relative, so that a kept link goes on meaning it. An RFC 3339 time is taken as it is.

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
