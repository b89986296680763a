// What an answer says, in one line: for a note beside the cause. Everything here is text of a stranger.

import type { Attempt } from "../../api";

const readMax = 4096;
const lineMax = 160;

export function bodyBytes(attempt: Pick<Attempt, "responseBody" | "responseBodyEncoding">): Uint8Array {
  const body = attempt.responseBody ?? "";
  if (attempt.responseBodyEncoding !== "base64") return new TextEncoder().encode(body);
  const raw = atob(body);
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

function firstString(value: unknown, depth = 0): string | undefined {
  if (typeof value === "string") return value;
  if (depth > 3 || typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  for (const name of ["detail", "message", "msg", "error", "errors", "title", "reason"]) {
    const found = firstString(fields[name], depth + 1);
    if (found) return found;
  }
  return Array.isArray(value) ? firstString(value[0], depth + 1) : undefined;
}

/** The message of a JSON answer, else its first line of text; undefined for markup and for nothing. */
export function saidBy(attempt: Pick<Attempt, "responseBody" | "responseBodyEncoding">): string | undefined {
  const text = attempt.responseBodyEncoding ? "" : (attempt.responseBody ?? "").slice(0, readMax).trim();
  if (!text || text.startsWith("<")) return undefined;
  let said: string | undefined;
  if (text.startsWith("{") || text.startsWith("[")) {
    try {
      said = firstString(JSON.parse(text));
    } catch {
      said = undefined;
    }
  }
  const line = (said ?? text).split("\n", 1)[0]?.trim() ?? "";
  return line.length > lineMax ? `${line.slice(0, lineMax)}…` : line || undefined;
}
