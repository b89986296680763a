// Text that others wrote. Only text nodes: what hides or turns text stands in a box.

import { useMemo } from "preact/hooks";
import { runs, runsOfBytes, type Run } from "../lib/hostile";

const shownMax = 256 * 1024;

function Runs({ value }: { value: Run[] }) {
  return (
    <>
      {value.map((run, index) =>
        run.boxed ? (
          <span class="cp" key={index}>
            {run.text}
          </span>
        ) : (
          run.text
        ),
      )}
    </>
  );
}

/** One value, isolated from the direction of what stands around it. */
export function Text({ value, multiline = false }: { value: string; multiline?: boolean }) {
  const pieces = useMemo(() => runs(value.slice(0, shownMax), multiline), [value, multiline]);
  return (
    <bdi class={multiline ? "lines" : undefined}>
      <Runs value={pieces} />
    </bdi>
  );
}

/** Bytes as they came: what is not UTF-8 shows as `\xNN`. */
export function Bytes({ value }: { value: Uint8Array }) {
  const pieces = useMemo(() => runsOfBytes(value.subarray(0, shownMax), true), [value]);
  return (
    <bdi class="lines">
      <Runs value={pieces} />
    </bdi>
  );
}
