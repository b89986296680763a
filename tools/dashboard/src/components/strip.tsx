// The batches of one lane as a strip of cells. Up to 1,000 one by one; above that a cell stands for many, shows the
// worst of them, and the chosen cell opens below.

import { useMemo, useState } from "preact/hooks";
import { useNarrow } from "../lib/narrow";
import { count } from "../lib/format";
import { codeWord, severity, type Code, type Strip } from "../lib/strip_model";
import { cellFrame, StripCanvas, type CellSource } from "./strip_canvas";
import { StripTip, type TipFacts } from "./strip_tip";

const legendOrder: Code[] = ["d", "r", "e", "f", "w", "h", "x", "."];

export function StripLegend({ codes }: { codes: Set<Code> }) {
  return (
    <ul class="legend" aria-label="What the cells mean">
      {legendOrder
        .filter((code) => codes.has(code))
        .map((code) => (
          <li key={code}>
            <span class={`cell-sample c-${code === "." ? "none" : code}`} aria-hidden="true" />
            {codeWord[code]}
          </li>
        ))}
    </ul>
  );
}

function Frame({ source, cell, height }: { source: CellSource; cell: number; height: number }) {
  const f = cellFrame(source, cell, height);
  const width = `((100% - ${2 * f.margin - f.gap}px) / ${f.perRow})`;
  return (
    <span
      class="strip-frame"
      style={{
        top: `${f.top - 2}px`,
        height: `${height + 4}px`,
        left: `calc(${f.margin - 2}px + ${width} * ${f.column})`,
        width: `calc(${width} - ${f.gap}px + 4px)`,
      }}
    />
  );
}

interface Props {
  strip: Strip;
  version: number;
  dirty?: Set<number>;
  batch: number | undefined;
  onSelect: (batch: number) => void;
  onOpen: (batch: number) => void;
  /** What is known of a batch, asked while the pointer rests on it. */
  factsOf: (batch: number) => Promise<TipFacts | undefined>;
}

export function BatchStrip({ strip, version, dirty, batch, onSelect, onOpen, factsOf }: Props) {
  const [tip, setTip] = useState<{ batch: number; x: number; y: number; cell: boolean }>();
  const narrow = useNarrow();
  strip.fit(narrow);
  const many = strip.perCell > 1;
  const height = many ? 10 : 16;
  const cells = useMemo<CellSource>(
    () => ({ cells: strip.cells, perRow: strip.perRow, codeAt: (cell) => strip.worst(cell), dense: many }),
    [strip, narrow],
  );
  const chosen = batch === undefined ? undefined : strip.cellOf(Math.min(batch, strip.count));
  const [from, to] = chosen === undefined ? [0, 0] : strip.rangeOf(chosen);
  const detail = useMemo<CellSource>(
    () => ({ cells: to - from + 1, perRow: Math.min(narrow ? 10 : 40, strip.perCell), codeAt: (cell) => strip.codeOf(from + cell), dense: false }),
    [strip, from, to, narrow],
  );
  const codes = useMemo(() => {
    const tally = strip.tally();
    return new Set(severity.filter((code) => tally[code] > 0));
  }, [strip, version]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      // Where none was chosen it is named as the first, and so it is the first.
      onOpen(batch ?? 1);
      return;
    }
    const next = strip.move(batch ?? 1, event.key, event.shiftKey);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(next);
  };
  const labels = Array.from({ length: strip.rows }, (_, row) => row * strip.perRow * strip.perCell + 1);
  return (
    <div class="strip-block">
      <div
        class={`strip ${many ? "dense" : ""}`}
        role="slider"
        tabIndex={0}
        aria-label={`Batches: ${strip.summary()}`}
        aria-valuemin={1}
        aria-valuemax={Math.max(1, strip.count)}
        aria-valuenow={batch ?? 1}
        aria-valuetext={`Batch ${count(batch ?? 1)}, ${codeWord[strip.codeOf(batch ?? 1)]}`}
        onKeyDown={onKeyDown}
      >
        <div class="strip-labels" aria-hidden="true">
          {labels.map((label, row) => (
            <span key={label}>{many && row % 2 ? "" : count(label)}</span>
          ))}
        </div>
        <div class="strip-cells">
          <StripCanvas
            source={cells}
            cellHeight={height}
            version={version}
            dirty={dirty}
            onPoint={(cell, x, y) => setTip(cell === undefined ? undefined : { batch: strip.rangeOf(cell)[0], x, y, cell: many })}
            onPick={(cell) => (many ? onSelect(firstNotable(strip, cell)) : onOpen(cell + 1))}
          />
          {chosen !== undefined && <Frame source={cells} cell={chosen} height={height} />}
          {tip && <StripTip strip={strip} {...tip} factsOf={factsOf} />}
        </div>
      </div>
      {many && chosen !== undefined && batch !== undefined && (
        <>
          <p class="strip-caption">
            Batches {count(from)} to {count(to)} <span class="muted">selected cell, one by one</span>
          </p>
          <div class="strip">
            <div class="strip-labels" aria-hidden="true">
              <span>{count(from)}</span>
            </div>
            <div class="strip-cells">
              <StripCanvas
                source={detail}
                cellHeight={16}
                version={version}
                onPoint={() => undefined}
                onPick={(cell) => onOpen(from + cell)}
              />
              <Frame source={detail} cell={batch - from} height={16} />
            </div>
          </div>
        </>
      )}
      <StripLegend codes={codes} />
    </div>
  );
}

/** The batch of a cell that is worth looking at: the first of its worst outcome. */
function firstNotable(strip: Strip, cell: number): number {
  const [from, to] = strip.rangeOf(cell);
  const worst = strip.worst(cell);
  for (let batch = from; batch <= to; batch += 1) if (strip.codeOf(batch) === worst) return batch;
  return from;
}
