import { useEffect, useRef } from "preact/hooks";
import type { Code } from "../lib/strip_model";
import { drawCell, readPalette } from "./strip_draw";

export interface CellSource {
  cells: number;
  perRow: number;
  codeAt: (cell: number) => Code;
  dense: boolean;
}

const gapX = (dense: boolean) => (dense ? 1 : 3);
const gapY = (dense: boolean) => (dense ? 1.5 : 3);
const margin = 2;

function geometry(source: CellSource, width: number, cellHeight: number) {
  const dx = gapX(source.dense);
  const w = (width - 2 * margin + dx) / source.perRow - dx;
  const rows = Math.ceil(source.cells / source.perRow);
  const pitchY = cellHeight + gapY(source.dense);
  return { w, dx, pitchY, height: Math.max(1, rows * pitchY - gapY(source.dense) + 2 * margin) };
}

/** The cells alone. `version` rises when the codes changed; `dirty` names the cells, absent: all of them. */
export function StripCanvas({
  source,
  cellHeight,
  version,
  dirty,
  onPoint,
  onPick,
}: {
  source: CellSource;
  cellHeight: number;
  version: number;
  dirty?: Set<number>;
  onPoint: (cell: number | undefined, x: number, y: number) => void;
  onPick: (cell: number) => void;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<{ source?: CellSource; width: number; ratio: number }>({ width: 0, ratio: 1 });
  const wanted = useRef(source);
  wanted.current = source;

  const draw = (only?: Set<number>) => {
    const canvas = ref.current;
    if (!canvas) return;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.parentElement?.clientWidth ?? 0;
    if (!width) return;
    const from = wanted.current;
    const { w, dx, pitchY, height } = geometry(from, width, cellHeight);
    const context = canvas.getContext("2d");
    if (!context) return;
    const whole =
      !only || drawn.current.source?.cells !== from.cells || drawn.current.width !== width || drawn.current.ratio !== ratio;
    if (whole) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
      drawn.current = { source: from, width, ratio };
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const palette = readPalette();
    const one = (cell: number) => {
      const x = margin + (cell % from.perRow) * (w + dx);
      const y = margin + Math.floor(cell / from.perRow) * pitchY;
      drawCell(context, from.codeAt(cell), x, y, w, cellHeight, palette, from.dense);
    };
    if (whole) for (let cell = 0; cell < from.cells; cell += 1) one(cell);
    else only?.forEach(one);
  };

  useEffect(() => draw(dirty), [version, source]);
  useEffect(() => {
    const redraw = () => draw();
    const observer = new ResizeObserver(redraw);
    if (ref.current?.parentElement) observer.observe(ref.current.parentElement);
    document.addEventListener("themechange", redraw);
    return () => {
      observer.disconnect();
      document.removeEventListener("themechange", redraw);
    };
  }, []);

  const cellAt = (event: MouseEvent): number | undefined => {
    const width = ref.current?.clientWidth ?? 0;
    const { w, dx, pitchY } = geometry(source, width, cellHeight);
    const column = Math.floor((event.offsetX - margin) / (w + dx));
    const cell = Math.floor((event.offsetY - margin) / pitchY) * source.perRow + column;
    return column >= 0 && column < source.perRow && cell >= 0 && cell < source.cells ? cell : undefined;
  };
  return (
    <canvas
      ref={ref}
      aria-hidden="true"
      onMouseMove={(event) => onPoint(cellAt(event), event.offsetX, event.offsetY)}
      onMouseLeave={() => onPoint(undefined, 0, 0)}
      onClick={(event) => {
        const cell = cellAt(event);
        if (cell !== undefined) onPick(cell);
      }}
    />
  );
}

/** Where a cell stands, in per cent and pixels, for the frame around the chosen one. */
export function cellFrame(source: CellSource, cell: number, cellHeight: number) {
  const row = Math.floor(cell / source.perRow);
  return {
    column: cell % source.perRow,
    top: margin + row * (cellHeight + gapY(source.dense)),
    perRow: source.perRow,
    gap: gapX(source.dense),
    margin,
  };
}
