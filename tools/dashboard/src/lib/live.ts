// What changes, as it changes: one EventSource for all tabs of this browser. The tab that holds the lock listens and
// passes on; the others listen to it. Changes are merged by resource and handed out once a frame.

import { computed, signal } from "@preact/signals";
import { renewSession, session } from "./http";
import { api } from "../../api";
import { now } from "./time";

export type Kind =
  "import" | "event" | "attempt" | "webhook" | "importer" | "resend" | "deleted" | "reset" | "reconnected";
export interface Change {
  kind: Kind;
  data: { id: string } & Record<string, unknown>;
}
type Handler = (changes: Change[]) => void;

export type LiveState = "connecting" | "live" | "reconnecting" | "off";
const kinds: Kind[] = ["import", "event", "attempt", "webhook", "importer", "resend", "deleted", "reset"];
const retryMs = 3000;
const passMs = 16;
/** Of the lock and of the channel; another number where the messages change, so that an older page is not heard. */
const passName = "pulter-live-2";
/** What the tab that listens tells the others. */
interface Message {
  state?: LiveState;
  change?: Change;
}

export const liveState = signal<LiveState>("connecting");
export const lastChangeAt = signal(0);
export const retryAt = signal(0);
export const pausedByUser = signal(false);
const pausedByPage = signal(false);
export const paused = computed(() => pausedByUser.value || pausedByPage.value);
export const waiting = signal(0);

const handlers = new Set<Handler>();
const pending = new Map<string, Change>();
let frame = 0;

export function onChanges(handler: Handler): () => void {
  handlers.add(handler);
  return () => handlers.delete(handler);
}

function flush(): void {
  frame = 0;
  if (paused.value) {
    waiting.value = pending.size;
    return;
  }
  const changes = [...pending.values()];
  pending.clear();
  waiting.value = 0;
  if (changes.length) for (const handler of [...handlers]) handler(changes);
}

function take(change: Change): void {
  // An attempt is history: each one counts. Of a resource only the newest state does.
  const key = change.kind === "attempt" ? `attempt:${change.data.id}` : `${change.kind}:${change.data.id ?? ""}`;
  if (pending.size > 20000) pending.clear(), (change = { kind: "reset", data: { id: "" } });
  pending.set(key, change);
  lastChangeAt.value = Date.now();
  if (!frame) frame = document.hidden ? window.setTimeout(flush, 200) : requestAnimationFrame(flush);
}

function setState(state: LiveState): void {
  if (state === "reconnecting") retryAt.value = Date.now() + retryMs;
  if (state === liveState.value) return;
  // What changed before the stream stood, or while it was cut, is fetched.
  if (state === "live") take({ kind: "reconnected", data: { id: "" } });
  if (state === "live") lastChangeAt.value = Date.now();
  // The stream came back with a cookie: perhaps of a session that another tab began.
  if (state === "live" && liveState.value === "reconnecting") void renewSession().catch(() => undefined);
  liveState.value = state;
}

export function setPaused(on: boolean): void {
  pausedByUser.value = on;
  flush();
}
export function setHeld(on: boolean): void {
  if (pausedByPage.value === on) return;
  pausedByPage.value = on;
  flush();
}

/** Listens at the daemon and tells `tell`; ends with the returned function. */
function listen(tell: (message: Message) => void): () => void {
  let source: EventSource | undefined;
  let timer = 0;
  const open = () => {
    source = new EventSource("/v1/stream");
    source.onopen = () => tell({ state: "live" });
    source.onerror = () => {
      tell({ state: "reconnecting" });
      if (source?.readyState !== EventSource.CLOSED) return;
      // Refused rather than cut: perhaps the session ended. Asking tells, and shows the sign-in.
      api.session().catch((error) => {
        if (error?.problem?.status === 401) session.value = null;
      });
      timer = window.setTimeout(open, retryMs);
    };
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => {
        try {
          tell({ change: { kind, data: JSON.parse((event as MessageEvent<string>).data) } });
        } catch {
          tell({ change: { kind: "reset", data: { id: "" } } });
        }
      });
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

export function startLive(): () => void {
  const hear = (message: Message) => {
    if (message.state) setState(message.state);
    if (message.change) take(message.change);
  };
  // Locks need a secure context; a plain-HTTP name other than loopback has none: then each tab listens itself.
  if (!navigator.locks || !("BroadcastChannel" in window)) return listen(hear);

  const channel = new BroadcastChannel(passName);
  const stop = new AbortController();
  let isLeader = false;
  // Passed on a frame's worth at a time: a message for each change would cost more than showing it.
  let outbox: Message[] = [];
  let passTimer = 0;
  const passNow = () => {
    clearTimeout(passTimer);
    passTimer = 0;
    if (outbox.length && !stop.signal.aborted) channel.postMessage(outbox);
    outbox = [];
  };
  const pass = (message: Message) => {
    outbox.push(message);
    // A hidden tab's timers wait a second and more, and the tab that is looked at waits with them.
    if (document.hidden) passNow();
    else if (!passTimer) passTimer = window.setTimeout(passNow, passMs);
  };
  document.addEventListener("visibilitychange", passNow, { signal: stop.signal });
  channel.onmessage = (event) => {
    if (event.data === "who" && isLeader) channel.postMessage([{ state: liveState.value }]);
    else if (event.data !== "who") for (const message of event.data as Message[]) hear(message);
  };
  channel.postMessage("who");
  navigator.locks
    .request(passName, { signal: stop.signal }, () => {
      isLeader = true;
      const end = listen((message) => {
        hear(message);
        pass(message);
      });
      return new Promise<void>((resolve) => {
        stop.signal.addEventListener("abort", () => {
          end();
          resolve();
        });
      });
    })
    .catch(() => undefined);
  return () => {
    stop.abort();
    channel.close();
  };
}

/** "0.2 s" since the last change, moved by the shared clock. */
export const sinceChange = computed(() => Math.max(0, Math.max(now.value, lastChangeAt.value) - lastChangeAt.value));

/** Choosing text in a live table holds it still; so does a hidden tab. */
export function startHolding(): void {
  const update = () => {
    const selection = document.getSelection();
    const node = selection?.anchorNode;
    const element = node instanceof Element ? node : node?.parentElement;
    const choosing = !!selection && !selection.isCollapsed && !!element?.closest("table, .live");
    setHeld(document.hidden || choosing);
  };
  document.addEventListener("selectionchange", update);
  document.addEventListener("visibilitychange", update);
}
