// Enough of CSV for the mock: quotes, four delimiters, BOM, Windows-1252. The daemon's own reader is another matter.

import { Problem } from "./world.mjs";

export function decode(bytes, wanted) {
  if (bytes.length >= 4 && bytes.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]))) throw new Problem(422, "not_csv", "this looks like a ZIP file, such as an XLSX; save it as CSV first");
  if (bytes.length >= 4 && bytes.subarray(1, 4).toString("latin1") === "PNG") throw new Problem(422, "not_csv", "this looks like a PNG picture, not like a CSV");
  if (bytes.includes(0) && bytes.subarray(0, 512).filter((b) => b === 0).length > 64) throw new Problem(422, "not_csv", "this does not look like text");
  const bom = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (wanted) return { text: new TextDecoder(wanted).decode(bytes), encoding: wanted, detected: false };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8", detected: false, bom };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252", detected: true };
  }
}

export function parse(text, delimiter) {
  const records = [];
  let record = [];
  let cell = "";
  let quoted = false;
  let begun = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') (cell += '"'), (i += 1);
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"' && cell === "") (quoted = true), (begun = records.length);
    else if (c === delimiter) record.push(cell), (cell = "");
    else if (c === "\n" || c === "\r") {
      if (c === "\r" && text[i + 1] === "\n") i += 1;
      if (record.length || cell) records.push([...record, cell]);
      (record = []), (cell = "");
    } else cell += c;
  }
  if (record.length || cell) records.push([...record, cell]);
  return { records, unclosed: quoted ? begun : undefined };
}

const sniff = (text) => {
  const line = text.split(/\r|\n/, 1)[0];
  return [",", ";", "\t", "|"].map((each) => [line.split(each).length, each]).sort((a, b) => b[0] - a[0])[0][1];
};

export function read(bytes, options = {}) {
  const { text, encoding, detected, bom } = decode(bytes, options.encoding);
  const delimiter = options.delimiter || sniff(text);
  const { records, unclosed } = parse(text, delimiter);
  const header = records.shift() ?? [];
  const notes = [];
  const note = (code, detail, rows = []) => notes.push({ code, detail, rows });
  if (bom) note("bom_removed", "UTF-8, byte order mark removed");
  if (detected) note("encoding", "Windows-1252, detected; converted to UTF-8");
  const taken = new Set();
  const columns = header.map((name, i) => {
    let key = name.trim() === "" ? `column_${i + 1}` : name;
    if (key === "__index") key = "__index_2";
    for (let n = 2; taken.has(key); n += 1) key = `${name}_${n}`;
    if (name.trim() === "") note("blank_header", `Column ${i + 1} has no name: it is sent as ${key}`);
    else if (key !== name) note("renamed", `Header ${name} is sent as ${key}`);
    taken.add(key);
    return { header: name, key };
  });
  const short = [];
  const long = [];
  const rows = records.map((cells, at) => {
    const row = {};
    columns.forEach(({ key }, i) => (row[key] = cells[i] ?? ""));
    if (cells.length < columns.length) short.push(at + 1);
    if (cells.length > columns.length) long.push(at + 1), (row.__extra = cells.slice(columns.length));
    return row;
  });
  if (short.length) note("short_rows", `${short.length} short ${short.length === 1 ? "row" : "rows"}: missing cells are sent as ""`, short);
  if (long.length) note("long_rows", `${long.length} long ${long.length === 1 ? "row" : "rows"}: the extra cells go into __extra`, long);
  const crlf = (text.match(/\r\n/g) ?? []).length;
  const lf = (text.match(/\n/g) ?? []).length - crlf;
  return {
    delimiter, encoding, detected, columns, rows, notes, unclosed,
    lineEnds: crlf && lf ? "mixed" : crlf ? "CRLF" : "LF",
    endsWithLineEnd: /[\r\n]$/.test(text),
  };
}
