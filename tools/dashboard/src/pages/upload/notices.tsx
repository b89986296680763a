import type { Note } from "../../../api";
import { count } from "../../lib/format";
import { Card } from "../../components/card";
import { Pill } from "../../components/pill";
import { Text } from "../../components/text";

function where(code: string, rows: number[]): string {
  if (!rows.length) return /header|column|index/.test(code) ? "header" : "";
  const shown = rows.slice(0, 2).map(count).join(", ");
  return `${rows.length === 1 ? "row" : "rows"} ${shown}${rows.length > 2 ? " …" : ""}`;
}

export function Notices({ notes, whole }: { notes: Note[]; whole: boolean }) {
  const hint = whole ? "by the daemon, in the whole file" : "by the daemon, in the first 8 MB";
  if (!notes.length) return <Card title="Noticed" hint={`${hint}: nothing, it is read as it is`} />;
  return (
    <Card title="Noticed" hint={hint} flush>
      <ul class="notice-list">
        {notes.map((note, index) => (
          <li key={index}>
            <Pill state="note" />
            <span>
              <Text value={note.detail} />
            </span>
            <span class="where" title={note.rows.length > 2 ? note.rows.map(count).join(", ") : undefined}>
              {where(note.code, note.rows)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
