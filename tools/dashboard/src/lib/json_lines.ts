// JSON as numbered lines of coloured pieces. Pure.

import { count } from "./format";

export type PieceKind = "k" | "s" | "v" | "c" | "";
export interface Piece {
  kind: PieceKind;
  text: string;
}
export interface Line {
  indent: number;
  pieces: Piece[];
}

const plain = (text: string): Piece => ({ kind: "", text });
/** Characters of one text that are laid out: each that hides is an element of its own, and a cell may have 16 MiB. */
const shownMax = 2000;
/** Entries of one list or object that are laid out: a row may have millions of cells too many. */
const entriesMax = 1000;

function quoted(kind: PieceKind, text: string): Piece[] {
  if (text.length <= shownMax) return [{ kind, text: `"${escaped(text)}"` }];
  // Not between the two halves of a character.
  const end = shownMax - (/[\ud800-\udbff]/.test(text.charAt(shownMax - 1)) ? 1 : 0);
  return [
    { kind, text: `"${escaped(text.slice(0, end))}` },
    { kind: "c", text: `… ${count(text.length - end)} more characters, see Raw ` },
    { kind, text: '"' },
  ];
}

const key = (name: string): Piece[] => [...quoted("k", name), plain(": ")];
const scalar = (value: unknown): Piece[] => (typeof value === "string" ? quoted("s", value) : [{ kind: "v", text: JSON.stringify(value) }]);

/** As JSON.stringify, but characters that hide stay in the text, where they are boxed. */
function escaped(text: string): string {
  return text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
}

/** Lines of any value, `head` before its first piece and `tail` after its last. */
export function linesOf(value: unknown, indent = 0, head: Piece[] = [], tail = ""): Line[] {
  const isList = Array.isArray(value);
  if (typeof value !== "object" || value === null) {
    return [{ indent, pieces: [...head, ...scalar(value), plain(tail)] }];
  }
  const entries = Object.entries(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return [{ indent, pieces: [...head, plain(`${open}${close}${tail}`)] }];
  const lines: Line[] = [{ indent, pieces: [...head, plain(open)] }];
  const left = entries.length - entriesMax;
  entries.slice(0, entriesMax).forEach(([name, each], at) => {
    lines.push(...linesOf(each, indent + 1, isList ? [] : key(name), at < entries.length - 1 ? "," : ""));
  });
  if (left > 0) lines.push({ indent: indent + 1, pieces: [{ kind: "c", text: `… ${count(left)} more, see Raw` }] });
  lines.push({ indent, pieces: [plain(`${close}${tail}`)] });
  return lines;
}

/** A batch body of which only some rows are shown; `comment` stands beside the opening bracket of `data`. */
export function bodyLines(envelope: Record<string, unknown>, rows: unknown[], comment: string, more: boolean): Line[] {
  const lines: Line[] = [{ indent: 0, pieces: [plain("{")] }];
  const names = Object.keys(envelope);
  names.forEach((name, at) => {
    const comma = at < names.length - 1 ? "," : "";
    if (name !== "data") {
      lines.push(...linesOf(envelope[name], 1, key(name), comma));
      return;
    }
    if (!rows.length) {
      lines.push({ indent: 1, pieces: [...key(name), plain(`[]${comma}`)] });
      return;
    }
    lines.push({ indent: 1, pieces: [...key(name), plain("[ "), { kind: "c", text: comment }] });
    rows.forEach((row, index) => lines.push(...linesOf(row, 2, [], more || index < rows.length - 1 ? "," : "")));
    if (more) lines.push({ indent: 2, pieces: [{ kind: "c", text: "…" }] });
    lines.push({ indent: 1, pieces: [plain(`]${comma}`)] });
  });
  lines.push({ indent: 0, pieces: [plain("}")] });
  return lines;
}
