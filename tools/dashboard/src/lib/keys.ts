// Keys of the page: single letters, "g" and a letter, off in inputs and while a dialog stands, and off altogether
// where the reader turned them off (WCAG 2.1.4).

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { exactTimes } from "./time";

type Bindings = Record<string, (event: KeyboardEvent) => void>;

const storageName = "pulter.keys";
export const keysOn = signal(localStorage.getItem(storageName) !== "off");
export function setKeysOn(on: boolean): void {
  keysOn.value = on;
  localStorage.setItem(storageName, on ? "on" : "off");
}

const layers: Bindings[] = [];
let prefix = "";
let prefixTimer = 0;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "file"].includes(target.type);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const typing = isTyping(event.target);
  if (event.key === "Escape" && typing) {
    (event.target as HTMLElement).blur();
    return;
  }
  if (typing) return;
  const single = event.key.length === 1;
  if (single && !keysOn.value) return;
  if (event.key === ".") {
    exactTimes.value = true;
    return;
  }
  // Enter and space belong to what has the focus.
  const focused = event.target instanceof HTMLElement && event.target.matches("a, button, summary, [role=slider]");
  if (event.key === "Enter" && focused) return;
  const key = prefix ? `${prefix} ${event.key}` : event.key;
  clearTimeout(prefixTimer);
  prefix = "";
  if (key === "g") {
    prefix = "g";
    prefixTimer = window.setTimeout(() => (prefix = ""), 1200);
    return;
  }
  for (let i = layers.length - 1; i >= 0; i -= 1) {
    const run = layers[i]?.[key];
    if (run) {
      event.preventDefault();
      run(event);
      return;
    }
  }
}

export function startKeys(): void {
  document.addEventListener("keydown", onKeyDown);
  document.addEventListener("keyup", (event) => {
    if (event.key === ".") exactTimes.value = false;
  });
  window.addEventListener("blur", () => (exactTimes.value = false));
}

/** The keys of a component, as long as it stands; what was mounted last comes first. */
export function useKeys(bindings: Bindings): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  // Before the first paint: what is seen can be pressed.
  useLayoutEffect(() => {
    const layer: Bindings = new Proxy({}, { get: (_, key) => latest.current[key as string] }) as Bindings;
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, []);
}
