// One way to the daemon: JSON in, JSON or a Problem out. The cookie travels by itself; what changes something
// carries the CSRF token of the session.

import { signal } from "@preact/signals";
import type { Problem, Session } from "../../api";
import { freshKey } from "./fresh_key";

/** undefined: not asked yet; null: signed out. */
export const session = signal<Session | null | undefined>(undefined);

/** Whether the page is of use with it: a token that only uploads may look at nothing. */
export const isForPages = (value: Session): boolean => !value.scope.startsWith("upload:");

export interface List<T> {
  data: T[];
  next: string | null;
  total?: number | null;
  counts?: Record<string, number>;
}

/** A refusal of the daemon, or the lack of an answer (then `code` is "no_answer"). */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

export interface CallOptions {
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

type Query = Record<string, string | number | undefined>;

export function withQuery(path: string, query?: Query): string {
  if (!query) return path;
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}

export function noAnswer(detail: string): Problem {
  return { title: "No answer from the daemon", status: 0, code: "no_answer", detail };
}

/** The headers that a changing call needs; also used by the upload, which is no fetch. */
export function guardHeaders(): Record<string, string> {
  const token = session.value?.csrfToken;
  return token ? { "X-CSRF-Token": token } : {};
}

export async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    title: response.statusText || "The daemon refused this",
    status: response.status,
    code: `http_${response.status}`,
  };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, ...body };
  } catch {
    return fallback;
  }
}

/** Headers and body of a call; a repeat of it carries the same Idempotency-Key. */
function parcel(method: string, body: unknown, options: CallOptions): { headers: Record<string, string>; body?: BodyInit } {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method === "POST") headers["Idempotency-Key"] = options.idempotencyKey ?? freshKey();
  if (body instanceof Blob) return { headers: { ...headers, "Content-Type": "text/csv" }, body };
  const json = { ...headers, "Content-Type": "application/json" };
  if (body !== undefined) return { headers: json, body: JSON.stringify(body) };
  return method === "GET" || method === "DELETE" ? { headers } : { headers: json, body: "{}" };
}

/**
 * Asks who is signed in. Another tab may have signed in anew: the cookie is of its session, and what this page knew of
 * the old one (its CSRF token, what it may do) is not true any more. Returns whether something changed.
 */
export async function renewSession(): Promise<boolean> {
  const before = session.value;
  const answer = await fetch("/v1/session", { credentials: "same-origin", cache: "no-store" });
  if (answer.status === 401) session.value = null;
  if (!answer.ok) return false;
  const found = (await answer.json()) as Session;
  session.value = isForPages(found) ? found : null;
  return session.value !== null && session.value.csrfToken !== before?.csrfToken;
}

export async function request(
  method: string,
  path: string,
  body?: unknown,
  query?: Query,
  options: CallOptions = {},
): Promise<Response> {
  const sent = parcel(method, body, options);
  for (let renewed = false; ; renewed = true) {
    let response: Response;
    try {
      response = await fetch(withQuery(path, query), {
        method,
        headers: method === "GET" ? sent.headers : { ...sent.headers, ...guardHeaders() },
        body: sent.body,
        signal: options.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(noAnswer("pulterd did not answer; the page goes on by itself once it does."));
    }
    if (response.ok) return response;
    if (response.status === 401 && path !== "/v1/session") session.value = null;
    const problem = await problemOf(response);
    if (problem.code === "csrf" && !renewed && (await renewSession().catch(() => false))) continue;
    throw new ApiError(problem);
  }
}

export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  query?: Query,
  options?: CallOptions,
): Promise<T> {
  const response = await request(method, path, body, query, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export async function callText(path: string, query?: Query): Promise<string> {
  const response = await request("GET", path, undefined, query, { headers: { Accept: "text/plain" } });
  return response.text();
}

export function list<T>(path: string, query?: Query, options?: CallOptions): Promise<List<T>> {
  return call<List<T>>("GET", path, undefined, query, options);
}

/** The most that the daemon gives in one answer. */
const pageSize = 200;
const wholeMax = 2000;

async function* answers<T>(path: string, query?: Query, signal?: AbortSignal): AsyncGenerator<List<T>> {
  let cursor: string | undefined;
  do {
    const answer = await list<T>(path, { ...query, limit: pageSize, cursor }, { signal });
    yield answer;
    cursor = answer.next ?? undefined;
  } while (cursor);
}

/** A list to its very end, a page at a time: nothing is held, and it may be left at any page. */
export async function* pages<T>(path: string, query?: Query, signal?: AbortSignal): AsyncGenerator<T[]> {
  for await (const answer of answers<T>(path, query, signal)) yield answer.data;
}

/** The first 2,000 of what there are tens, rarely hundreds. `next` is set where there are more. */
export async function wholeList<T>(path: string, query?: Query): Promise<List<T>> {
  const data: T[] = [];
  for await (const answer of answers<T>(path, query)) {
    data.push(...answer.data);
    if (!answer.next || data.length >= wholeMax) return { ...answer, data };
  }
  return { data, next: null };
}

/** Bytes that were removed are no failure: their retention ended, or they were never to be kept. */
export const isGone = (problem: Problem | undefined): boolean => problem?.code === "gone";

export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { title: "The page failed", status: 0, code: "page_error", detail: String(error) };
}
