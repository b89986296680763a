import { useState } from "preact/hooks";
import type { Check } from "../../../api";
import { linesOf } from "../../lib/json_lines";
import { Card } from "../../components/card";
import { JsonView } from "../../components/json_view";
import { RowTable } from "../../components/row_table";
import { Segmented } from "../../components/segmented";

const jsonRows = 5;

export function Preview({ check }: { check: Check }) {
  const [as, setAs] = useState("table");
  const changed = new Set(check.columns.filter((column) => column.header !== column.key).map((column) => column.key));
  return (
    <Card
      title="First rows"
      hint="exactly as they will be sent: every value is text"
      flush
      action={
        <Segmented
          label="Shown as"
          value={as}
          options={[
            { value: "table", text: "Table" },
            { value: "json", text: "JSON" },
          ]}
          onChange={setAs}
        />
      }
    >
      {!check.firstRows.length ? (
        <p class="muted pad">No rows: such a file is completed at once, and only lifecycle events are sent.</p>
      ) : as === "table" ? (
        <RowTable rows={check.firstRows} first={1} changed={changed} />
      ) : (
        <div class="code-box">
          <JsonView lines={linesOf(check.firstRows.slice(0, jsonRows))} />
        </div>
      )}
    </Card>
  );
}
