import { useEffect, useState } from "preact/hooks";
import { api, type Import } from "../../../api";
import { count } from "../../lib/format";
import { isGone } from "../../lib/http";
import { useResource } from "../../lib/resource";
import { Card } from "../../components/card";
import { ProblemBox } from "../../components/problem";
import { RowTable } from "../../components/row_table";
import { SkeletonBlock } from "../../components/skeleton";

const shown = 5;

/** `onGone` is called where the file is not kept any more. */
export function FirstRows({ value, onGone }: { value: Import; onGone: () => void }) {
  const [first, setFirst] = useState(1);
  const [asking, setAsking] = useState(false);
  const ready = value.totalRows > 0 && value.state !== "receiving" && value.state !== "failed";
  const rows = useResource(ready ? `rows ${value.id} ${first}` : undefined, () => api.rows(value.id, first - 1, shown));
  const gone = isGone(rows.problem);
  useEffect(() => {
    if (gone) onGone();
  }, [gone]);
  if (!ready) return null;
  const data = gone ? [] : (rows.data?.data ?? []);
  const go = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const row = Number(String(form.get("row")).replace(/[,\s]/g, ""));
    if (row >= 1) setFirst(Math.min(value.totalRows, Math.floor(row)));
    setAsking(false);
  };
  return (
    <Card
      title={first === 1 ? "First rows" : `Rows from ${count(first)}`}
      hint={gone ? undefined : `as read, ${value.columns.length} columns, ${data.length} shown`}
      flush
      action={
        gone ? undefined : asking ? (
          <form class="row" onSubmit={go}>
            <input class="input short" name="row" inputMode="numeric" aria-label={`Row, 1 to ${value.totalRows}`} placeholder="Row" autofocus />
            <button type="submit" class="button">
              Go
            </button>
          </form>
        ) : (
          <>
            {first > 1 && (
              <button type="button" class="link" onClick={() => setFirst(1)}>
                First rows
              </button>
            )}
            <button type="button" class="link" onClick={() => setAsking(true)}>
              Go to row…
            </button>
          </>
        )
      }
    >
      {gone && <p class="muted pad">The file is not kept any more.</p>}
      {rows.problem && !gone && <ProblemBox problem={rows.problem} onRetry={rows.reload} />}
      {rows.loading && <SkeletonBlock lines={3} loading />}
      {data.length > 0 && <RowTable rows={data} first={first} />}
    </Card>
  );
}
