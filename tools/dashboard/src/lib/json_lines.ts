// JSON as numbered lines of coloured pieces. Pure.

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
const key = (name: string): Piece[] => [{ kind: "k", text: JSON.stringify(name) }, plain(": ")];

export function scalar(value: unknown): Piece {
  if (typeof value === "string") return { kind: "s", text: `"${escaped(value)}"` };
  return { kind: "v", text: JSON.stringify(value) };
}

/** As JSON.stringify, but characters that hide stay in the text, where they are boxed. */
function escaped(text: string): string {
  return text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
}

/** Lines of any value, `head` before its first piece and `tail` after its last. */
export function linesOf(value: unknown, indent = 0, head: Piece[] = [], tail = ""): Line[] {
  const isList = Array.isArray(value);
  if (typeof value !== "object" || value === null) {
    return [{ indent, pieces: [...head, scalar(value), plain(tail)] }];
  }
  const entries = Object.entries(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return [{ indent, pieces: [...head, plain(`${open}${close}${tail}`)] }];
  const lines: Line[] = [{ indent, pieces: [...head, plain(open)] }];
  entries.forEach(([name, each], at) => {
    lines.push(...linesOf(each, indent + 1, isList ? [] : key(name), at < entries.length - 1 ? "," : ""));
  });
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
