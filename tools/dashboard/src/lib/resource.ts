// Data of a page: fetched, kept for Back, fetched again when the stream says that it changed.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../api";
import { toProblem } from "./http";
import { onChanges, type Change } from "./live";

export interface Resource<T> {
  data: T | undefined;
  problem: Problem | undefined;
  /** A fetch is under way and there is nothing to show yet. */
  loading: boolean;
  reload: () => void;
  /** Changes what is shown, in place: for changes that the stream brought. */
  change: (edit: (data: T) => T) => void;
}

const keptMax = 60;
const kept = new Map<string, unknown>();

function keep(key: string, data: unknown): void {
  kept.delete(key);
  kept.set(key, data);
  if (kept.size > keptMax) kept.delete(kept.keys().next().value as string);
}
export const forgetAll = (): void => kept.clear();

/** A change of the stream, kept for the fetches that were under way when it came. */
type Edits<T> = ((data: T) => T)[];
interface State<T> {
  key?: string;
  data?: T;
  problem?: Problem;
  busy: boolean;
  open: Set<Edits<T>>;
  /** Fetches begun, and the one whose answer is shown. */
  begun: number;
  shown: number;
  /** The timer of the next try, after one that got no answer. */
  again?: number;
  /** Nobody looks any more. */
  left?: boolean;
}
const nothingYet = { open: new Set<never>(), begun: 0, shown: 0 };
/** A fetch that got no answer is made again after so long: the stream may stand all the while, and then says nothing. */
const againMs = 3000;
/** Changes come once a frame: this is a fetch of half a minute. */
const editsMax = 2000;

/** `key` undefined: nothing to fetch. */
export function useResource<T>(key: string | undefined, fetcher: () => Promise<T>): Resource<T> {
  const [, redraw] = useState(0);
  const state = useRef<State<T>>({ ...nothingYet, busy: false });
  const current = state.current;
  if (current.key !== key) {
    const data = key === undefined ? undefined : (kept.get(key) as T | undefined);
    state.current = { key, data, busy: key !== undefined, open: new Set(), begun: 0, shown: 0 };
  }
  const latest = useRef(fetcher);
  latest.current = fetcher;

  const load = useCallback(() => {
    const mine = state.current;
    if (mine.key === undefined) return;
    mine.busy = true;
    const edits: Edits<T> = [];
    mine.open.add(edits);
    const turn = ++mine.begun;
    const done = () => {
      mine.open.delete(edits);
      mine.busy = mine.open.size > 0;
      if (state.current === mine) redraw((n) => n + 1);
    };
    latest.current().then(
      (data) => {
        if (turn > mine.shown) {
          // The stream may have been faster than this answer, and what it said is not said again.
          mine.data = edits.reduce((now, edit) => edit(now), data);
          mine.problem = undefined;
          mine.shown = turn;
          keep(mine.key as string, mine.data);
        }
        done();
      },
      (error) => {
        if (error?.name !== "AbortError") mine.problem = toProblem(error);
        if (mine.problem?.code === "no_answer" && !mine.left) {
          clearTimeout(mine.again);
          mine.again = window.setTimeout(load, againMs);
        }
        done();
      },
    );
  }, []);
  useEffect(() => {
    const mine = state.current;
    load();
    return () => {
      mine.left = true;
      clearTimeout(mine.again);
    };
  }, [key, load]);

  const change = useCallback((edit: (data: T) => T) => {
    const mine = state.current;
    for (const edits of mine.open) if (edits.length < editsMax) edits.push(edit);
    if (mine.data === undefined) return;
    const next = edit(mine.data);
    if (next === mine.data) return;
    mine.data = next;
    keep(mine.key as string, next);
    redraw((n) => n + 1);
  }, []);

  const { data, problem, busy } = state.current;
  return { data, problem, loading: busy && data === undefined && !problem, reload: load, change };
}

/** Runs `handler` on what the stream brings, as long as the component stands. */
export function useChanges(handler: (changes: Change[]) => void): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => onChanges((changes) => latest.current(changes)), []);
}

/**
 * Fetches again when something that `wanted` accepts changed: at once, then at most every `gapMs`, and once more
 * after the last change, so that a rate falls to 0 when nothing comes any more. No change, no call.
 */
export function useReloadOn(wanted: (change: Change) => boolean, reload: () => void, gapMs: number, settleMs = 0): void {
  const timers = useRef<{ next: number; settle: number; last: number }>({ next: 0, settle: 0, last: 0 });
  useChanges((changes) => {
    if (!changes.some((change) => change.kind === "reset" || change.kind === "reconnected" || wanted(change))) return;
    const t = timers.current;
    const run = () => {
      t.next = 0;
      t.last = Date.now();
      reload();
    };
    if (!t.next) t.next = window.setTimeout(run, Math.max(0, t.last + gapMs - Date.now()));
    if (settleMs) {
      clearTimeout(t.settle);
      t.settle = window.setTimeout(run, settleMs);
    }
  });
  useEffect(
    () => () => {
      clearTimeout(timers.current.next);
      clearTimeout(timers.current.settle);
    },
    [],
  );
}

/** True once `loading` lasted 150 ms: shorter waits show no grey bars. */
export function useSlow(loading: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!loading) {
      setSlow(false);
      return undefined;
    }
    const timer = setTimeout(() => setSlow(true), 150);
    return () => clearTimeout(timer);
  }, [loading]);
  return slow && loading;
}
