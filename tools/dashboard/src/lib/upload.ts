// A file on its way: XMLHttpRequest, because fetch does not tell how much has left. The browser streams the file from
// disk; it is never held in memory.

import { guardHeaders, noAnswer, renewSession, session } from "./http";
import type { Problem } from "../../api";

export interface Progress {
  sent: number;
  total: number;
  /** Bytes per second over the last seconds; 0 while unknown. */
  rate: number;
}

export class UploadError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

const windowMs = 3000;

interface Options {
  key: string;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

export async function sendFile<T>(method: "PUT" | "POST", path: string, file: Blob, options: Options): Promise<T> {
  try {
    return await sendOnce<T>(method, path, file, options);
  } catch (error) {
    // Refused before anything of it was read: the session is one that another tab began.
    const stale = error instanceof UploadError && error.problem.code === "csrf";
    if (!stale || !(await renewSession().catch(() => false))) throw error;
    return sendOnce<T>(method, path, file, options);
  }
}

function sendOnce<T>(method: "PUT" | "POST", path: string, file: Blob, options: Options): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const marks: [at: number, sent: number][] = [];
    request.open(method, path);
    request.setRequestHeader("Content-Type", "text/csv");
    request.setRequestHeader("Idempotency-Key", options.key);
    for (const [name, value] of Object.entries(guardHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      const now = performance.now();
      marks.push([now, event.loaded]);
      while (marks.length > 2 && now - (marks[0] as [number, number])[0] > windowMs) marks.shift();
      const [begun, before] = marks[0] as [number, number];
      const rate = now > begun ? ((event.loaded - before) / (now - begun)) * 1000 : 0;
      options.onProgress({ sent: event.loaded, total: file.size, rate });
    };
    request.onload = () => {
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = undefined;
      }
      if (request.status >= 200 && request.status < 300) return resolve(body as T);
      if (request.status === 401) session.value = null;
      const fallback: Problem = { title: request.statusText || "The daemon refused the file", status: request.status, code: `http_${request.status}` };
      reject(new UploadError({ ...fallback, ...(body as Partial<Problem>) }));
    };
    request.onerror = () => reject(new UploadError(noAnswer("The connection was lost while the file was on its way. The file is still chosen: retry.")));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    options.signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
