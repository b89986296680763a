// A stored body, read by parts: the envelope and the rows asked for, never the whole. Knows where rows begin by one
// walk over the bytes: strings and depth, no parsing.

export const partBytes = 256 * 1024;
const partsKept = 12;

export type Fetch = (from: number, to: number) => Promise<{ bytes: Uint8Array; total: number }>;

const quote = 0x22;
const backslash = 0x5c;
const openings = new Set([0x7b, 0x5b]);
const closings = new Set([0x7d, 0x5d]);

export class BodyReader {
  total: number;
  /** Offsets of the rows found so far; a row ends where its `end` says. */
  private readonly begins: number[] = [];
  private readonly ends: number[] = [];
  private dataAt = -1;
  private dataEnd = -1;
  private at = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private readonly parts = new Map<number, Promise<Uint8Array>>();

  constructor(
    private readonly fetch: Fetch,
    size: number,
  ) {
    this.total = size;
  }

  /** Part `index` of 256 KiB. */
  part(index: number): Promise<Uint8Array> {
    const kept = this.parts.get(index);
    if (kept) return kept;
    const from = index * partBytes;
    const asked = this.fetch(from, from + partBytes - 1).then((answer) => {
      if (answer.total) this.total = answer.total;
      return answer.bytes;
    });
    asked.catch(() => this.parts.delete(index));
    this.parts.set(index, asked);
    if (this.parts.size > partsKept) this.parts.delete(this.parts.keys().next().value as number);
    return asked;
  }

  async slice(from: number, to: number): Promise<Uint8Array> {
    const out = new Uint8Array(Math.max(0, Math.min(to, this.total) - from));
    for (let at = from; at < from + out.length; ) {
      const index = Math.floor(at / partBytes);
      const part = await this.part(index);
      const begin = at - index * partBytes;
      const piece = part.subarray(begin, begin + from + out.length - at);
      if (!piece.length) return out.subarray(0, at - from);
      out.set(piece, at - from);
      at += piece.length;
    }
    return out;
  }

  get rowsFound(): number {
    return this.ends.length;
  }
  get atEnd(): boolean {
    return this.dataEnd >= 0;
  }

  /** Walks on until `wanted` rows are known or the data ends. */
  async find(wanted: number, progress?: (done: number) => void): Promise<void> {
    while (this.ends.length < wanted && this.dataEnd < 0 && this.at < this.total) {
      const index = Math.floor(this.at / partBytes);
      const part = await this.part(index);
      if (!part.length) return;
      this.walk(part, index * partBytes, wanted);
      progress?.(this.ends.length);
    }
  }

  private walk(part: Uint8Array, base: number, wanted: number): void {
    for (let i = this.at - base; i < part.length; i += 1) {
      const byte = part[i] as number;
      this.at = base + i + 1;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === backslash) this.escaped = true;
        else if (byte === quote) this.inString = false;
        continue;
      }
      if (byte === quote) this.inString = true;
      else if (openings.has(byte)) {
        this.depth += 1;
        if (this.depth === 2 && byte === 0x5b && this.dataAt < 0) this.dataAt = base + i;
        if (this.depth === 3 && this.dataAt >= 0 && this.dataEnd < 0) this.begins.push(base + i);
      } else if (closings.has(byte)) {
        this.depth -= 1;
        if (this.depth === 2 && this.dataAt >= 0 && this.dataEnd < 0) {
          this.ends.push(base + i + 1);
          if (this.ends.length >= wanted) return;
        }
        if (this.depth === 1 && this.dataAt >= 0 && this.dataEnd < 0) {
          this.dataEnd = base + i;
          return;
        }
      }
    }
  }

  /** The keys before `data`, with an empty list in its place; undefined when this is no batch body. */
  async envelope(): Promise<Record<string, unknown> | undefined> {
    await this.find(1);
    if (this.dataAt < 0) return undefined;
    const head = new TextDecoder().decode(await this.slice(0, this.dataAt));
    const tail = this.dataEnd >= 0 ? new TextDecoder().decode(await this.slice(this.dataEnd + 1, this.total)) : "}";
    return JSON.parse(`${head}[]${tail}`) as Record<string, unknown>;
  }

  /** `count` rows from the 1-based row `first` of this body. Fewer at the end. */
  async rows(first: number, count: number, progress?: (done: number) => void): Promise<unknown[]> {
    await this.find(first + count - 1, progress);
    const last = Math.min(first + count - 1, this.ends.length);
    const out: unknown[] = [];
    for (let row = first; row <= last; row += 1) {
      const bytes = await this.slice(this.begins[row - 1] as number, this.ends[row - 1] as number);
      out.push(JSON.parse(new TextDecoder().decode(bytes)));
    }
    return out;
  }
}
