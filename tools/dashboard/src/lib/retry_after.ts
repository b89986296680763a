// What a Retry-After value means (RFC 9110, section 10.2.3): seconds, or a date. Pure.

const cap = 24 * 3_600_000;

/** Milliseconds to wait from `from`; undefined: neither form. Capped at 24 h, as the daemon does. */
export function retryAfterMs(value: string, from: number): number | undefined {
  const text = value.trim().slice(0, 64);
  if (/^\d+$/.test(text)) return Math.min(cap, Number(text) * 1000);
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const date = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.min(cap, date - from));
}
