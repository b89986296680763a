import { useState } from "preact/hooks";
import type { Point, Timeline } from "../../api";
import { clockTime, count, shortMs } from "../lib/format";
import { Card } from "./card";
import { Chart } from "./chart";

const tableRowsMax = 60;

function ChartTable({ points }: { points: Point[] }) {
  const step = Math.max(1, Math.ceil(points.length / tableRowsMax));
  const shown = points.filter((_, index) => index % step === 0);
  return (
    <div class="scroll-x tall" tabIndex={0} role="region" aria-label="The chart as a table">
      <table class="table small">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" class="num">Rows/s</th>
            <th scope="col" class="num">p50</th>
            <th scope="col" class="num">p95</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((point) => (
            <tr key={point[0]}>
              <th scope="row">{clockTime(new Date(point[0] * 1000))}</th>
              <td class="num">{count(point[1])}</td>
              <td class="num">{point[2] === null ? "–" : shortMs(point[2])}</td>
              <td class="num">{point[3] === null ? "–" : shortMs(point[3])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ChartCard({
  title,
  hint,
  points,
  marks,
  span,
  none = "Drawn once the first batches are answered.",
}: {
  title: string;
  hint?: string;
  points: Point[];
  /** What stands where there is nothing to draw. */
  none?: string;
  marks?: Timeline["marks"];
  span?: [number, number];
}) {
  const [asTable, setAsTable] = useState(false);
  const last = points[points.length - 1];
  const peak = points.reduce((most, point) => Math.max(most, point[1]), 0);
  return (
    <Card
      title={title}
      hint={hint}
      class="chart-card"
      action={
        points.length > 1 && (
          <button type="button" class="link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? "Show as chart" : "Show as table"}
          </button>
        )
      }
    >
      {points.length < 2 || !last ? (
        <p class="muted pad">{none}</p>
      ) : asTable ? (
        <ChartTable points={points} />
      ) : (
        <>
          <p class="offscreen">
            Now {count(last[1])} rows per second, at most {count(peak)}
            {last[3] !== null && `; 95 of 100 answers come within ${shortMs(last[3])}`}.
          </p>
          <Chart points={points} marks={marks} span={span} />
        </>
      )}
    </Card>
  );
}
