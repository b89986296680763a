// The result of the reader's own act, and nothing else.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { flat } from "../lib/hostile";
import { toProblem } from "../lib/http";
import { announce } from "./live_region";
import { Icon } from "./icons";

interface ToastValue {
  id: number;
  text: string;
  bad?: boolean;
  link?: { href: string; text: string };
}

const toasts = signal<ToastValue[]>([]);
let lastId = 0;
const shownMs = 6000;

export function toast(text: string, options: { bad?: boolean; link?: { href: string; text: string } } = {}): void {
  lastId += 1;
  toasts.value = [...toasts.value.slice(-2), { id: lastId, text, ...options }];
  announce(text);
}

export function showProblem(error: unknown): void {
  const problem = toProblem(error);
  toast(`${problem.title}: ${flat(problem.detail ?? problem.code)}`, { bad: true });
}

const drop = (id: number) => (toasts.value = toasts.value.filter((each) => each.id !== id));

function Toast({ value }: { value: ToastValue }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => drop(value.id), value.bad ? shownMs * 2 : shownMs);
    return () => clearTimeout(timer);
  }, [held, value.id, value.bad]);
  return (
    <div
      class={`toast ${value.bad ? "bad" : ""}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      <Icon name={value.bad ? "failed" : "delivered"} />
      <span class="grow">{value.text}</span>
      {value.link && <a href={value.link.href}>{value.link.text}</a>}
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => drop(value.id)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

export function Toasts() {
  return (
    <div class="toasts">
      {toasts.value.map((value) => (
        <Toast key={value.id} value={value} />
      ))}
    </div>
  );
}
