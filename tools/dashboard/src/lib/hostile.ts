// Text from elsewhere (answers, cells, names): cut into runs so that what cannot be seen, or would rearrange what
// is seen, stands in a box as its code point. Pure; the runs are shown by textContent alone.

export interface Run {
  text: string;
  /** A boxed code point: "U+202E", "NUL", "\\x9C". */
  boxed: boolean;
}

const names: Record<number, string> = { 0x00: "NUL", 0x09: "⇥", 0x0a: "↵", 0x0d: "␍", 0x1b: "ESC", 0x7f: "DEL" };

/** Whether a code point hides, joins or turns text: C0, C1, bidi, zero width, separators, lone surrogates, tags. */
export function isHidden(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0xad ||
    code === 0x61c ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe01ef)
  );
}

export function label(code: number): string {
  return names[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Cuts `text` into plain and boxed runs. Line feeds (and CR LF) stay as they are where `multiline`. */
export function runs(text: string, multiline = false): Run[] {
  const out: Run[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) out.push({ text: text.slice(from, to), boxed: false });
  };
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) as number;
    const size = code > 0xffff ? 2 : 1;
    const lineEnd = multiline && (code === 0x0a || (code === 0x0d && text.charCodeAt(at + 1) === 0x0a));
    const shown = lineEnd || (multiline && code === 0x09);
    if (!shown && isHidden(code)) {
      plain(at);
      out.push({ text: label(code), boxed: true });
      from = at + size;
    }
    at += size;
  }
  plain(text.length);
  return out;
}

/** Bytes as text; what is not UTF-8 becomes boxed `\xNN` runs instead of replacement characters. */
export function runsOfBytes(bytes: Uint8Array, multiline = false): Run[] {
  const out: Run[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let from = 0;
  const flush = (to: number) => {
    if (to > from) out.push(...runs(decoder.decode(bytes.subarray(from, to)), multiline));
  };
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceSize(bytes, at);
    if (size > 0) {
      at += size;
      continue;
    }
    flush(at);
    out.push({ text: `\\x${(bytes[at] as number).toString(16).toUpperCase().padStart(2, "0")}`, boxed: true });
    at += 1;
    from = at;
  }
  flush(bytes.length);
  return out;
}

/** Bytes of the well-formed UTF-8 sequence at `at` (Unicode, table 3-7); 0 where there is none. */
export function sequenceSize(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const next = (i: number, low = 0x80, high = 0xbf) => {
    const byte = bytes[at + i];
    return byte !== undefined && byte >= low && byte <= high;
  };
  if (lead >= 0xc2 && lead <= 0xdf) return next(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    const high = lead === 0xed ? 0x9f : 0xbf;
    return next(1, low, high) && next(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const low = lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xf4 ? 0x8f : 0xbf;
    return next(1, low, high) && next(2) && next(3) ? 4 : 0;
  }
  return 0;
}

/** For titles and live regions, where no box can be drawn: hidden characters become their names in brackets. */
export function flat(text: string, limit = 400): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return runs(cut)
    .map((run) => (run.boxed ? `[${run.text}]` : run.text))
    .join("");
}
