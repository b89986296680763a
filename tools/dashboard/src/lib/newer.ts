// What came to match a list after it was fetched: it waits behind a button, so that nothing moves under the pointer.

import { useState } from "preact/hooks";
import { count } from "./format";

/** More than this are not told apart: a busy lane makes a thousand events in a second. */
const newerMax = 1000;

interface Listed {
  createdAt: string;
}

/** Whether it would stand on this page of a list of the newest: what is older than its end stands on a later one. */
export function standsOn(value: Listed, answer: { data: Listed[]; next: string | null }): boolean {
  const last = answer.data[answer.data.length - 1];
  return !answer.next || !last || Date.parse(value.createdAt) >= Date.parse(last.createdAt);
}

/** `list` names what is shown: of another list nothing waits. */
export function useNewer(list: string): { size: number; words: (one: string) => string; add: (ids: string[]) => void; clear: () => void } {
  const [kept, setKept] = useState<{ list: string; ids: Set<string> }>({ list, ids: new Set() });
  const ids = kept.list === list ? kept.ids : new Set<string>();
  const add = (more: string[]) => {
    const fresh = more.filter((id) => !ids.has(id));
    if (fresh.length && ids.size <= newerMax) setKept({ list, ids: new Set([...ids, ...fresh]) });
  };
  const words = (one: string) =>
    ids.size > newerMax ? `more than ${count(newerMax)} newer ${one}s` : ids.size === 1 ? `1 newer ${one}` : `${count(ids.size)} newer ${one}s`;
  return { size: ids.size, words, add, clear: () => setKept({ list, ids: new Set() }) };
}
