// Two panes over one time axis: rows per second as an area, answer times p50 solid and p95 dashed. Never two scales
// in one pane. Marks are vertical lines with a word.

import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Point, Timeline } from "../../api";
import { clockMinute, clockTime, compact, count, dayMonth, dayTime, niceTop, shortMs } from "../lib/format";

interface Colours {
  line: string;
  text: string;
  accent: string;
  area: string;
  second: string;
  bad: string;
}

function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    line: of("--line"),
    text: of("--tx3"),
    accent: of("--accent"),
    area: of("--chart-area"),
    second: of("--tx2"),
    bad: of("--bad-fill"),
  };
}

const font = '11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const syncKey = "answer-times";

function axes(c: Colours, format: (value: number) => string): uPlot.Axis[] {
  return [
    { show: false },
    {
      stroke: c.text,
      font,
      grid: { stroke: c.line, width: 1 },
      ticks: { show: false },
      size: 50,
      gap: 8,
      splits: (plot) => [0, (plot.scales.y?.max ?? 0) / 2, plot.scales.y?.max ?? 0],
      values: (_plot, splits) => splits.map(format),
    },
  ];
}

function marksPlugin(marks: Timeline["marks"], c: Colours): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot: uPlot) => {
        for (const mark of marks) {
          const x = plot.valToPos(Date.parse(mark.at) / 1000, "x", true);
          const { left, top, width, height } = plot.bbox;
          if (x < left || x > left + width) continue;
          const context = plot.ctx;
          context.save();
          context.strokeStyle = mark.kind === "halted" ? c.bad : c.text;
          context.lineWidth = devicePixelRatio;
          context.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
          context.beginPath();
          context.moveTo(x, top);
          context.lineTo(x, top + height);
          context.stroke();
          context.fillStyle = mark.kind === "halted" ? c.bad : c.text;
          context.font = font.replace("11px", `${11 * devicePixelRatio}px`);
          const right = x > left + width - 60 * devicePixelRatio;
          context.textAlign = right ? "right" : "left";
          context.fillText(mark.kind, x + (right ? -4 : 4) * devicePixelRatio, top + 11 * devicePixelRatio);
          context.restore();
        }
      },
    },
  };
}

const scaleFrom0 = (least: number) => (_plot: uPlot, _min: number | null, max: number | null): uPlot.Range.MinMax => [0, niceTop(max ?? 0, least)];

function build(box: HTMLElement, which: "rows" | "answers", data: uPlot.AlignedData, marks: Timeline["marks"], span?: [number, number]): uPlot {
  const c = colours();
  const rows = which === "rows";
  const series: uPlot.Series[] = rows
    ? [{}, { stroke: c.accent, width: 1.5, fill: c.area, points: { show: false } }]
    : [
        {},
        { stroke: c.accent, width: 1.5, points: { show: false } },
        { stroke: c.second, width: 1, dash: [3, 3], points: { show: false } },
      ];
  return new uPlot(
    {
      width: Math.max(50, box.clientWidth),
      height: 84,
      padding: [8, 1, 8, 0],
      legend: { show: false },
      cursor: { sync: { key: syncKey }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: { x: { time: true, ...(span ? { range: () => span } : {}) }, y: { range: scaleFrom0(rows ? 4 : 10) } },
      axes: axes(c, rows ? compact : (value) => `${count(value)} ms`),
      series,
      plugins: [marksPlugin(marks, c)],
    },
    data,
    box,
  );
}

/** Five times, evenly spaced, from the first to the last. */
function times(points: Point[], span?: [number, number]): number[] {
  const from = span?.[0] ?? points[0]?.[0] ?? 0;
  const to = span?.[1] ?? points[points.length - 1]?.[0] ?? 0;
  return [0, 1, 2, 3, 4].map((part) => from + ((to - from) * part) / 4);
}

/** How the times below are written: to the second on a short axis, with the day on one of more than a day. */
function labelOf(seconds: number): (date: Date) => string {
  if (seconds < 600) return clockTime;
  if (seconds <= 86_400) return clockMinute;
  return seconds <= 6 * 86_400 ? dayTime : dayMonth;
}

function Readout({ point }: { point: Point | undefined }) {
  if (!point) return null;
  return (
    <span class="chart-readout">
      {clockTime(new Date(point[0] * 1000))} · {count(point[1])} rows/s
      {point[2] !== null && ` · p50 ${shortMs(point[2])}`}
      {point[3] !== null && ` · p95 ${shortMs(point[3])}`}
    </span>
  );
}

export function Chart({ points, marks = [], span }: { points: Point[]; marks?: Timeline["marks"]; span?: [number, number] }) {
  const rowsBox = useRef<HTMLDivElement>(null);
  const answersBox = useRef<HTMLDivElement>(null);
  const [index, setIndex] = useState<number | null>(null);
  const latest = useRef({ points, marks, span });
  latest.current = { points, marks, span };
  const plots = useRef<uPlot[]>([]);

  const rebuild = () => {
    plots.current.forEach((plot) => plot.destroy());
    plots.current = [];
    if (!rowsBox.current || !answersBox.current) return;
    const now = latest.current;
    const column = (at: 0 | 1 | 2 | 3) => now.points.map((point) => point[at]);
    const rows = build(rowsBox.current, "rows", [column(0), column(1)] as uPlot.AlignedData, now.marks, now.span);
    const answers = build(answersBox.current, "answers", [column(0), column(2), column(3)] as uPlot.AlignedData, now.marks, now.span);
    for (const plot of [rows, answers]) (plot.hooks.setCursor ??= []).push((p) => setIndex(p.cursor.idx ?? null));
    plots.current = [rows, answers];
  };
  useEffect(rebuild, [points, marks]);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      for (const plot of plots.current) {
        const width = plot.root.parentElement?.clientWidth ?? 0;
        if (width && width !== plot.width) plot.setSize({ width, height: plot.height });
      }
    });
    if (rowsBox.current) observer.observe(rowsBox.current);
    document.addEventListener("themechange", rebuild);
    return () => {
      observer.disconnect();
      document.removeEventListener("themechange", rebuild);
      plots.current.forEach((plot) => plot.destroy());
    };
  }, []);

  const marked = times(points, span);
  const label = labelOf((marked[4] ?? 0) - (marked[0] ?? 0));
  return (
    <div class="chart" aria-hidden="true">
      <div class="chart-label">
        Rows per second <Readout point={index === null ? undefined : points[index]} />
      </div>
      <div ref={rowsBox} />
      <div class="chart-label">
        Answer time <span class="key solid">p50</span> <span class="key dashed">p95</span>
      </div>
      <div ref={answersBox} />
      <div class="chart-times">
        {marked.map((at, index) => (
          <span key={index}>{label(new Date(at * 1000))}</span>
        ))}
      </div>
    </div>
  );
}
