// Lists with a selected row: j and k move, Enter opens, and Back finds the row again.

import { useEffect, useState } from "preact/hooks";
import { useKeys } from "./keys";
import { keptRow, navigate, rememberRow, restoreScroll } from "./router";

/** The ids of the list that was looked at last, in its order: ‹ and › of an event walk along it. */
export let lastEventIds: string[] = [];
export const keepEventIds = (ids: string[]): void => {
  lastEventIds = ids;
};

/** Where what had the focus goes away, and nothing in particular takes its place. */
export const focusMain = (): void => document.getElementById("main")?.focus({ preventScroll: true });

export function useRows(ids: string[], href: (id: string) => string) {
  const [selected, setSelected] = useState<string | undefined>(keptRow);
  const select = (id: string | undefined) => {
    setSelected(id);
    if (id) rememberRow(id);
  };
  const move = (step: number) => {
    if (!ids.length) return;
    const at = selected === undefined ? -1 : ids.indexOf(selected);
    const next = ids[at < 0 ? 0 : Math.max(0, Math.min(ids.length - 1, at + step))] as string;
    select(next);
    const element = document.getElementById(`row-${next}`);
    element?.scrollIntoView({ block: "nearest" });
    // The focus goes along: Enter opens, and a screen reader says the row's name.
    element?.querySelector<HTMLElement>("a[href]")?.focus({ preventScroll: true });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => selected && navigate(href(selected)),
  });
  const ready = ids.length > 0;
  useEffect(() => {
    if (ready) restoreScroll();
  }, [ready]);
  /** For the row element: its id, whether it is the selected one, and what a click on it does. */
  const row = (id: string) => ({
    id: `row-${id}`,
    class: id === selected ? "selected" : "",
    onClick: () => select(id),
  });
  return { selected, row };
}
