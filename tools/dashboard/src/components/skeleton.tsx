import { useSlow } from "../lib/resource";

/** Rows of grey bars, as high as the rows that will stand there; only once the wait is worth showing. */
export function SkeletonRows({ rows, columns, loading }: { rows: number; columns: number; loading: boolean }) {
  const slow = useSlow(loading);
  if (!loading) return null;
  return (
    <>
      {Array.from({ length: rows }, (_, row) => (
        <tr key={row} aria-hidden="true" class={slow ? "skeleton" : "skeleton unseen"}>
          {Array.from({ length: columns }, (_cell, column) => (
            <td key={column}>
              <span class={`bar w${(row * 3 + column * 5) % 4}`} />
            </td>
          ))}
        </tr>
      ))}
    </>
  );
}

export function SkeletonBlock({ lines, loading }: { lines: number; loading: boolean }) {
  const slow = useSlow(loading);
  if (!slow) return <div class="skeleton-block" aria-busy="true" />;
  return (
    <div class="skeleton-block" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class={`bar w${line % 4}`} />
      ))}
    </div>
  );
}
