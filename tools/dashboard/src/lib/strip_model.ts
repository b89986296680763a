// The batch strip without its canvas: codes of the batches, cells, what a cell shows, how keys move. Pure.

/** One character a batch, as GET /v1/imports/{id}/batches gives them. */
export type Code = "." | "d" | "r" | "e" | "f" | "w" | "h" | "x";

export const codeWord: Record<Code, string> = {
  ".": "not sent yet",
  d: "delivered",
  r: "delivered after a retry",
  e: "delivered, rows refused",
  f: "in flight",
  w: "waiting to retry",
  h: "halted",
  x: "cancelled",
};

/** Worst first: what shows in a cell that stands for many batches. */
export const severity: Code[] = ["h", "w", "f", "e", "r", "x", "d", "."];
const rank = new Map(severity.map((code, index) => [code.charCodeAt(0), index]));
const known = new Set(severity.map((code) => code.charCodeAt(0)));

export const singlesMax = 1000;
export const singlesPerRow = 50;
export const cellsPerRow = 100;
export const cellsMax = 1000;

export class Strip {
  readonly codes: Uint8Array;
  /** Batches in a cell. */
  readonly perCell: number;
  /** Cells in a row; a narrow screen halves it. */
  perRow: number;
  readonly cells: number;
  /** Batches by code: kept by `set`, because it is asked for at every redraw. */
  private readonly counts: Record<Code, number> = { ".": 0, d: 0, r: 0, e: 0, f: 0, w: 0, h: 0, x: 0 };

  constructor(readonly count: number) {
    this.codes = new Uint8Array(count).fill(".".charCodeAt(0));
    this.perCell = count <= singlesMax ? 1 : Math.ceil(count / cellsMax);
    this.perRow = this.perCell === 1 ? singlesPerRow : cellsPerRow;
    this.cells = Math.ceil(count / this.perCell);
    this.counts["."] = count;
  }

  /** Fits the rows to a narrow screen; the cells stay what they are. */
  fit(narrow: boolean): void {
    const wide = this.perCell === 1 ? singlesPerRow : cellsPerRow;
    this.perRow = narrow ? wide / 2 : wide;
  }

  static parse(text: string): Strip {
    const strip = new Strip(text.length);
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (known.has(code)) strip.codes[i] = code;
    }
    strip.counts["."] = 0;
    for (const code of strip.codes) strip.counts[String.fromCharCode(code) as Code] += 1;
    return strip;
  }

  get rows(): number {
    return Math.ceil(this.cells / this.perRow);
  }

  /** `batch` is 1-based. */
  codeOf(batch: number): Code {
    return String.fromCharCode(this.codes[batch - 1] ?? 46) as Code;
  }

  /** Returns the cell (0-based) that has to be drawn again, or -1 where nothing changed. */
  set(batch: number, code: Code): number {
    const value = code.charCodeAt(0);
    if (batch < 1 || batch > this.count || this.codes[batch - 1] === value) return -1;
    this.counts[this.codeOf(batch)] -= 1;
    this.counts[code] += 1;
    this.codes[batch - 1] = value;
    return this.cellOf(batch);
  }

  cellOf(batch: number): number {
    return Math.floor((batch - 1) / this.perCell);
  }
  /** The first and last batch (1-based, inclusive) of a cell. */
  rangeOf(cell: number): [number, number] {
    return [cell * this.perCell + 1, Math.min(this.count, (cell + 1) * this.perCell)];
  }

  worst(cell: number): Code {
    const [from, to] = this.rangeOf(cell);
    let best = severity.length;
    for (let i = from - 1; i < to; i += 1) {
      const at = rank.get(this.codes[i] as number) ?? severity.length - 1;
      if (at < best) best = at;
      if (best === 0) break;
    }
    // A cell that is partly sent and otherwise plain is on its way, not untouched.
    return severity[best] ?? ".";
  }

  tally(): Record<Code, number> {
    return { ...this.counts };
  }

  /** The next batch in `direction` that is neither plainly delivered nor unsent; undefined: there is none. */
  notable(from: number, direction: 1 | -1): number | undefined {
    for (let batch = from + direction; batch >= 1 && batch <= this.count; batch += direction) {
      const code = this.codeOf(batch);
      if (code !== "d" && code !== ".") return batch;
    }
    return undefined;
  }

  /** Where a key leads from `batch`; undefined: not a key of the strip. */
  move(batch: number, key: string, wholeCell = false): number | undefined {
    const clamp = (n: number) => Math.max(1, Math.min(this.count, n));
    const step = wholeCell ? this.perCell : 1;
    switch (key) {
      case "ArrowRight":
        return clamp(batch + step);
      case "ArrowLeft":
        return clamp(batch - step);
      case "ArrowDown":
        return clamp(batch + this.perRow * this.perCell);
      case "ArrowUp":
        return clamp(batch - this.perRow * this.perCell);
      case "Home":
        return 1;
      case "End":
        return this.count;
      case "]":
        return this.notable(batch, 1) ?? batch;
      case "[":
        return this.notable(batch, -1) ?? batch;
      default:
        return undefined;
    }
  }

  /** Runs of equal codes, for the table beside the picture. At most `limit` of them. */
  ranges(limit = 500): { from: number; to: number; code: Code }[] {
    const out: { from: number; to: number; code: Code }[] = [];
    let from = 1;
    for (let batch = 2; batch <= this.count + 1 && out.length < limit; batch += 1) {
      if (batch <= this.count && this.codes[batch - 1] === this.codes[from - 1]) continue;
      out.push({ from, to: batch - 1, code: this.codeOf(from) });
      from = batch;
    }
    return out;
  }

  /** "142 of 200 delivered, 5 after a retry, halted at 143". */
  summary(): string {
    const n = this.tally();
    const number = (value: number) => value.toLocaleString("en-US");
    const parts = [`${number(n.d + n.r + n.e)} of ${number(this.count)} delivered`];
    if (n.r) parts.push(`${number(n.r)} after a retry`);
    if (n.e) parts.push(`${number(n.e)} with refused rows`);
    const first = (code: Code) => number(this.codes.indexOf(code.charCodeAt(0)) + 1);
    if (n.f) parts.push(`in flight: ${first("f")}`);
    if (n.w) parts.push(`waiting to retry: ${first("w")}`);
    if (n.h) parts.push(`halted at ${first("h")}`);
    if (n.x) parts.push(`${number(n.x)} cancelled`);
    return parts.join(", ");
  }
}

/** `text`, one letter a batch, with those of `changes` (1-based) put over it. */
export function withCodes(text: string, changes: ReadonlyMap<number, Code>): string {
  if (!changes.size) return text;
  const letters = text.split("");
  for (const [batch, code] of changes) if (batch >= 1 && batch <= letters.length) letters[batch - 1] = code;
  return letters.join("");
}

/** What a changed event means for its batch. */
export function codeOfEvent(event: {
  state: string;
  attempts: number;
  nextAttemptAt: string | null;
  rowErrors?: number;
}): Code {
  switch (event.state) {
    case "delivered":
      return event.rowErrors ? "e" : event.attempts > 1 ? "r" : "d";
    case "delivering":
      return "f";
    case "halted":
      return "h";
    case "cancelled":
      return "x";
    default:
      return event.attempts > 0 || event.nextAttemptAt ? "w" : ".";
  }
}
