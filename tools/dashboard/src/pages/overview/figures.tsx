import type { ComponentChildren } from "preact";
import type { Stats } from "../../../api";
import { count, plural, shortMs } from "../../lib/format";

function Figure({ label, value, under, bad = false }: { label: string; value: ComponentChildren; under: ComponentChildren; bad?: boolean }) {
  return (
    <div>
      {label}
      <span class={`figure ${bad ? "bad" : ""}`}>{value}</span>
      {under}
    </div>
  );
}

const time = (value: number | null) => (value === null ? "–" : shortMs(value));

/** Why 0 rows are sent, where that is so. */
function rateReason(stats: Stats): string {
  if (stats.inFlight > 0) return "an answer is awaited";
  if (stats.lanes.some((lane) => lane.state === "waiting")) return "lanes wait to retry";
  if (stats.imports.halted || stats.imports.paused) return "what is left is halted or paused";
  return "nothing is queued";
}

export function Figures({ stats }: { stats: Stats | undefined }) {
  if (!stats) {
    return (
      <section class="card figures" aria-busy="true" aria-label="Figures">
        {["Rows per second", "In flight", "Answer time p50", "Imports", "Halted"].map((label) => (
          <Figure key={label} label={label} value="–" under={" "} />
        ))}
      </section>
    );
  }
  const kept = Object.values(stats.imports).reduce((sum, n) => sum + (n ?? 0), 0);
  const halted = stats.imports.halted ?? 0;
  const busy = stats.lanes.length;
  return (
    <section class="card figures" aria-label="Figures">
      <Figure
        label="Rows per second"
        value={count(stats.rowsPerSecond)}
        under={stats.rowsPerSecond > 0 ? `${stats.batchesPerSecond.toFixed(1)} batches/s` : rateReason(stats)}
      />
      <Figure label="In flight" value={count(stats.inFlight)} under={`of ${plural(busy, "lane")}`} />
      <Figure label="Answer time p50" value={time(stats.p50Ms)} under={`p95 ${time(stats.p95Ms)} · p99 ${time(stats.p99Ms)}`} />
      <Figure
        label="Imports"
        value={`${count(stats.imports.delivering ?? 0)} delivering`}
        under={`${count(stats.imports.queued ?? 0)} queued · ${count(kept)} kept`}
      />
      <Figure
        label="Halted"
        value={halted ? plural(halted, "import") : "none"}
        bad={halted > 0}
        under={stats.webhooksDisabled ? `${plural(stats.webhooksDisabled, "webhook")} disabled` : "no webhook disabled"}
      />
    </section>
  );
}
