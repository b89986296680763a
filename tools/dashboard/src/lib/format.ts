// Numbers, sizes and spans as the page writes them. Pure.

const groups = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 1234567 → "1,234,567". */
export const count = (n: number): string => groups.format(n);

/** Decimal units, as disks and networks count: 148 MB, 11.2 GB. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let value = n;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 19.95 ? trim(value.toFixed(1)) : value.toFixed(0)} ${units[unit]}`;
}

const trim = (text: string): string => text.replace(/\.0$/, "");

/** Axis marks: 24000 → "24k". */
export function compact(n: number): string {
  if (n < 1000) return String(Math.round(n));
  if (n < 1e6) return `${trim((n / 1e3).toFixed(n < 1e4 ? 1 : 0))}k`;
  return `${trim((n / 1e6).toFixed(n < 1e7 ? 1 : 0))}M`;
}

/** Answer times: 84 ms, 1,204 ms, 1.9 s in the short form. */
export const ms = (n: number): string => `${count(n < 1 && n > 0 ? 1 : n)} ms`;
export function shortMs(n: number): string {
  return n < 1000 ? `${Math.round(n)} ms` : `${trim((n / 1000).toFixed(1))} s`;
}

/** How long ago, in one unit: "0.2 s", "48 s", "12 min", "3 h", "2 d". */
export function span(milliseconds: number): string {
  const s = Math.max(0, milliseconds) / 1000;
  if (s < 1) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.floor(s)} s`;
  const min = s / 60;
  if (min < 60) return `${Math.floor(min)} min`;
  const h = min / 60;
  if (h < 24) return `${Math.floor(h)} h`;
  return `${Math.floor(h / 24)} d`;
}

/** The same in whole words, for a sentence: "12 days". */
export function longSpan(milliseconds: number): string {
  const [n, unit] = span(milliseconds).split(" ");
  const words: Record<string, string> = { s: "second", min: "minute", h: "hour", d: "day" };
  const word = words[unit ?? ""] ?? unit;
  return `${n} ${word}${n === "1" ? "" : "s"}`;
}

/** The top of a chart's scale: a round number not under `least` and a little above `max`. */
export function niceTop(max: number, least: number): number {
  const wanted = Math.max(least, max * 1.02);
  const step = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 2.5, 3, 4, 5, 6, 8, 10].find((each) => each * step >= wanted) ?? 10) * step;
}

/** A count-down: "1:12", "0:05", "2:00:00". */
export function countdown(milliseconds: number): string {
  const s = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** A configured span in words: 30 → "30 s", 120 → "2 min", 5400 → "1 h 30 min". */
export function seconds(s: number): string {
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  const rest = Math.round((s % 3600) / 60);
  return rest ? `${Math.floor(s / 3600)} h ${rest} min` : `${Math.floor(s / 3600)} h`;
}

/** A list in words: "a", "a and b", "a, b and c". */
export function inWords(items: string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** An id for lists: the first ten characters, an ellipsis, the last two. */
export const shortId = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 9)}…${id.slice(-2)}`);

/** Host and path of a callback URL, as a name for the lane; the URL itself where it cannot be read. */
export function hostPath(url: string): string {
  const match = /^https?:\/\/([^/?#]+)([^?#]*)/.exec(url.slice(0, 2048));
  return match ? `${match[1]}${match[2] === "/" ? "" : match[2]}` : url;
}
export function host(url: string): string {
  return /^https?:\/\/([^/?#]+)/.exec(url.slice(0, 2048))?.[1] ?? url;
}

const two = (n: number): string => String(n).padStart(2, "0");
/** "17:04:31" in the reader's zone. */
export const clockTime = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
export const clockMinute = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
export const dayTime = (date: Date): string => `${days[date.getDay()]} ${clockMinute(date)}`;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const dayMonth = (date: Date): string => `${date.getDate()} ${months[date.getMonth()]}`;
/** "24 Nov 15:00" in the reader's zone; the year where it is another than this one's, seconds where there are some. */
export function dayMinute(date: Date, now = new Date()): string {
  const year = date.getFullYear() === now.getFullYear() ? "" : ` ${date.getFullYear()}`;
  return `${dayMonth(date)}${year} ${date.getSeconds() ? clockTime(date) : clockMinute(date)}`;
}
/** How far the reader's clock is from UTC: "UTC+1", "UTC-3:30", "UTC". */
export function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (!minutes) return "UTC";
  const [h, min] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes > 0 ? "+" : "-"}${h}${min ? `:${two(min)}` : ""}`;
}
/** "2026-11-23 17:02:31.204 UTC". */
export const exact = (date: Date): string => date.toISOString().replace("T", " ").replace("Z", " UTC");
/** The same, and what the reader's own clock showed: "2026-11-23 17:02:31.204 UTC, here 23 Nov 18:02:31 (UTC+1)". */
export function exactHere(date: Date): string {
  const offset = zone(date);
  return offset === "UTC" ? exact(date) : `${exact(date)}, here ${dayMinute(date).replace(/ \S+$/, "")} ${clockTime(date)} (${offset})`;
}

export const delimiterWord: Record<string, string> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
};
/** What stands for a delimiter on the page: a tab has no picture of its own. */
export const delimiterSign = (text: string): string => (text === "\t" ? "⇥" : text);

/** Ends with a full stop, or as it ended. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
