// What a screen reader is told without being asked: halts, completions and results, at most one in 5 s.

import { signal } from "@preact/signals";

const message = signal("");
const queue: string[] = [];
let lastAt = 0;
let timer = 0;
const gapMs = 5000;

function next(): void {
  timer = 0;
  const text = queue.splice(0).slice(-3).join(". ");
  if (!text) return;
  message.value = text;
  lastAt = Date.now();
}

export function announce(text: string): void {
  queue.push(text);
  if (!timer) timer = window.setTimeout(next, Math.max(0, lastAt + gapMs - Date.now()));
}

export function LiveRegion() {
  return (
    <div class="offscreen" role="status" aria-live="polite">
      {message.value}
    </div>
  );
}
