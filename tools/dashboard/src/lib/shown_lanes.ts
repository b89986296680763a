// Which lanes of an import are shown where it has very many: each is drawn again with every change of the import.

import type { Import, ImportLane } from "../../api";

const lanesMax = 50;
const urgency = ["halted", "delivering", "paused", "queued"];

/** Those that need a look first, and the chosen one in any case; all of them where they are few. */
export function shownLanes(value: Import, chosen: string | undefined): ImportLane[] {
  const all = value.webhooks;
  if (all.length <= lanesMax) return all;
  const rank = (lane: ImportLane) => (lane.webhookId === chosen ? -1 : (urgency.indexOf(lane.state) + urgency.length + 1) % (urgency.length + 1));
  const order = all.map((lane, at) => [rank(lane), at] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return order.slice(0, lanesMax).map(([, at]) => all[at] as ImportLane);
}
