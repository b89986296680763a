// The shared clock. One timer moves every age and count-down of the page; it stops while the tab is hidden.

import { signal } from "@preact/signals";

export const now = signal(Date.now());
/** Held by ".": ages become exact times. */
export const exactTimes = signal(false);

let timer: ReturnType<typeof setInterval> | undefined;

export function startClock(): void {
  const tick = () => (now.value = Date.now());
  const run = () => {
    clearInterval(timer);
    if (document.hidden) return;
    tick();
    timer = setInterval(tick, 1000);
  };
  document.addEventListener("visibilitychange", run);
  run();
}
