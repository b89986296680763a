import { count } from "../lib/format";
import { Text } from "./text";

const columnsMax = 60;
const cellMax = 400;

type Row = Record<string, string | string[]>;

/** Rows as they are read. A blank cell says so; control characters show. `changed` names renamed columns. */
export function RowTable({ rows, first, changed }: { rows: Row[]; first: number; changed?: Set<string> }) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== "__index");
  const columns = names.slice(0, columnsMax);
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label="Rows of the file">
      <table class="table rows-of-file">
        <thead>
          <tr>
            <th scope="col">#</th>
            {columns.map((name) => (
              <th scope="col" key={name} class={changed?.has(name) ? "changed" : ""}>
                <Text value={name} />
              </th>
            ))}
            {names.length > columnsMax && <th scope="col">+{names.length - columnsMax}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <th scope="row">{count(first + index)}</th>
              {columns.map((name) => {
                const cell = row[name];
                const text = Array.isArray(cell) ? cell.join(" · ") : cell;
                return (
                  <td key={name}>
                    {text === undefined || text === "" ? (
                      <span class="faint">empty</span>
                    ) : (
                      <span class="clip">
                        <Text value={text.slice(0, cellMax)} />
                        {text.length > cellMax && "…"}
                      </span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
