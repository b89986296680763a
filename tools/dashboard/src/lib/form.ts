// A form's fields, whether they were changed, and the daemon's refusal beside the field that it names.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../api";
import { toProblem } from "./http";
import { setLeaveGuard } from "./router";

export interface Form<T> {
  value: T;
  set: (changes: Partial<T>) => void;
  busy: boolean;
  problem: Problem | undefined;
  /** The words for a field, where the refusal names it. */
  errorOf: (field: string) => string | undefined;
  submit: (run: () => Promise<unknown>) => Promise<void>;
}

export function useForm<T extends object>(initial: T): Form<T> {
  const [value, setValue] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const changed = useRef(false);
  useEffect(() => {
    const mayLeave = () => !changed.current || window.confirm("Leave without saving what you changed?");
    const beforeUnload = (event: BeforeUnloadEvent) => {
      if (changed.current) event.preventDefault();
    };
    setLeaveGuard(mayLeave);
    window.addEventListener("beforeunload", beforeUnload);
    return () => {
      setLeaveGuard(undefined);
      window.removeEventListener("beforeunload", beforeUnload);
    };
  }, []);
  return {
    value,
    busy,
    problem,
    set: (changes) => {
      changed.current = true;
      setValue((before) => ({ ...before, ...changes }));
    },
    errorOf: (field) => (problem?.field === field ? (problem.detail ?? problem.title) : undefined),
    submit: async (run) => {
      if (busy) return;
      setBusy(true);
      setProblem(undefined);
      try {
        changed.current = false;
        await run();
      } catch (error) {
        changed.current = true;
        setProblem(toProblem(error));
      } finally {
        setBusy(false);
      }
    },
  };
}

/** Ctrl Enter submits the form that has the focus. */
export function submitOnCtrlEnter(event: KeyboardEvent): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    (event.currentTarget as HTMLFormElement).requestSubmit();
  }
}

/** "0, 5, 30, 2 min, 1h" as seconds; undefined where it cannot be read. */
export function readSchedule(text: string): number[] | undefined {
  const units: Record<string, number> = { "": 1, s: 1, min: 60, m: 60, h: 3600 };
  const out: number[] = [];
  for (const part of text.slice(0, 1000).split(",")) {
    const match = /^\s*(\d{1,7})\s*(s|min|m|h)?\s*$/.exec(part);
    if (!match) return undefined;
    out.push(Number(match[1]) * (units[match[2] ?? ""] as number));
  }
  return out;
}

/** "Name: value" lines as headers; undefined where a line has no colon. */
export function readHeaders(text: string): Record<string, string> | undefined {
  const out: Record<string, string> = {};
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    out[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return out;
}
export const headersText = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
