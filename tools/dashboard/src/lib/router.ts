// Every view is an address: path and query are one signal; Back restores scroll position and selected row.

import { signal } from "@preact/signals";

export interface Address {
  path: string;
  query: URLSearchParams;
}

interface Kept {
  key: string;
  /** Entries of this page before it: Back past them would leave Pulter. */
  depth?: number;
  scroll?: number;
  row?: string;
}

const read = (): Address => ({ path: window.location.pathname, query: new URLSearchParams(window.location.search) });
const kept = (): Kept => (history.state as Kept | null) ?? { key: "start" };

export const address = signal<Address>(read());
/** Asked before leaving; returns whether the page may be left. Set by forms with unsaved changes. */
let guard: (() => boolean) | undefined;
export function setLeaveGuard(ask: (() => boolean) | undefined): void {
  guard = ask;
}

const newKey = () => Math.random().toString(36).slice(2, 10);
const scroller = () => document.documentElement;
const depthNow = (): number => kept().depth ?? 0;
/** The depth of the entry that is shown: after Back or Forward the history already stands at another. */
let shownDepth = 0;

function remember(change: Partial<Kept>): void {
  history.replaceState({ ...kept(), ...change }, "");
}

export function navigate(url: string, options: { replace?: boolean; keepScroll?: boolean } = {}): void {
  if (!options.replace && guard && !guard()) return;
  if (options.replace) {
    history.replaceState(kept(), "", url);
  } else {
    remember({ scroll: scroller().scrollTop });
    history.pushState({ key: newKey(), depth: depthNow() + 1 }, "", url);
    shownDepth = depthNow();
  }
  const before = address.value.path;
  address.value = read();
  if (!options.keepScroll && before !== address.value.path) window.scrollTo(0, 0);
}

/** Out of a page: back to where it was opened from, or, where that was elsewhere, to its list. */
export function leave(): void {
  if (kept().depth) history.back();
  else navigate(`/${address.value.path.split("/")[1] ?? ""}`);
}

/** The address with some parameters changed; undefined or "" removes one. */
export function withParameters(changes: Record<string, string | undefined>): string {
  const query = new URLSearchParams(address.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text ? `${address.value.path}?${text}` : address.value.path;
}

export function setParameters(changes: Record<string, string | undefined>): void {
  navigate(withParameters(changes), { replace: true, keepScroll: true });
}

/** The row that was selected when this entry of the history was left. */
export const keptRow = (): string | undefined => kept().row;
export const rememberRow = (row: string): void => remember({ row });

let wanted: number | undefined;
/** Called by a list once its rows stand: scrolls to where the reader was. */
export function restoreScroll(): void {
  if (wanted === undefined) return;
  const to = wanted;
  wanted = undefined;
  requestAnimationFrame(() => window.scrollTo(0, to));
}

export function startRouter(): void {
  history.scrollRestoration = "manual";
  if (!history.state) history.replaceState({ key: newKey() }, "");
  shownDepth = depthNow();
  window.addEventListener("popstate", () => {
    if (!history.state) {
      // A jump within the page ("#main") made an entry of its own.
      shownDepth += 1;
      return history.replaceState({ key: newKey(), depth: shownDepth }, "");
    }
    // Back and Forward are asked about as well: the browser has moved already, and moves back to where the page stays.
    const moved = depthNow() - shownDepth;
    if (!moved) return;
    const leaves = window.location.pathname !== address.value.path;
    if (leaves && guard && !guard()) return history.go(-moved);
    shownDepth = depthNow();
    wanted = kept().scroll;
    address.value = read();
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
    if (link.origin !== window.location.origin || link.pathname.startsWith("/v1/")) return;
    if (link.hash && link.pathname === window.location.pathname) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}

/** "next" of the sign-in: a path of this page, nothing else ("//host" and "/\host" lead elsewhere). */
export function safeNext(text: string | null): string {
  return text && /^\/(?![/\\])[^\x00-\x1f\\]*$/.test(text.slice(0, 2048)) ? text : "/";
}
