import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Import, type ImportSettings, type Problem } from "../../../api";
import { freshKey } from "../../lib/fresh_key";
import { toProblem } from "../../lib/http";
import { sendFile, UploadError, type Progress } from "../../lib/upload";

export interface UploadState {
  phase: "idle" | "sending" | "sent" | "failed";
  progress: Progress | undefined;
  problem: Problem | undefined;
  retry: () => void;
  /** Starts the import; resolves once the file and its record are durable. */
  start: (settings: ImportSettings) => Promise<Import>;
}

interface Travel {
  file: File;
  key: string;
  stop: AbortController;
  /** The upload's id; undefined where the daemon takes files only with their import. */
  done: Promise<string | undefined>;
}

const asProblem = (error: unknown): Problem => (error instanceof UploadError ? error.problem : toProblem(error));

let uploadsTaken: Promise<boolean> | undefined;
/** Whether the daemon has /v1/uploads: a path that it does not have is 404 for every method. */
function takesUploads(): Promise<boolean> {
  uploadsTaken ??= fetch("/v1/uploads", { credentials: "same-origin" }).then(
    (answer) => answer.status === 405 || answer.ok,
    () => ((uploadsTaken = undefined), true),
  );
  return uploadsTaken;
}

/**
 * The file travels while its settings are being chosen. With a daemon without /v1/uploads it
 * travels after Start. A repeat carries the same Idempotency-Key, so that nothing is taken twice.
 */
export function useUpload(file: File | undefined): UploadState {
  const [view, setView] = useState<Pick<UploadState, "phase" | "progress" | "problem">>({ phase: "idle", progress: undefined, problem: undefined });
  const travel = useRef<Travel | undefined>(undefined);
  const importKey = useRef("");

  const send = (chosen: File, key: string) => {
    travel.current?.stop.abort();
    const stop = new AbortController();
    setView({ phase: "sending", progress: { sent: 0, total: chosen.size, rate: 0 }, problem: undefined });
    const post = () =>
      sendFile<{ id?: string }>("POST", "/v1/uploads", chosen, {
        key,
        signal: stop.signal,
        onProgress: (progress) => !stop.signal.aborted && setView((before) => ({ ...before, progress })),
      });
    const done = takesUploads()
      .then((taken): Promise<{ id?: string }> => (taken ? post() : Promise.resolve({})))
      .then(
      (answer) => {
        if (stop.signal.aborted) throw new DOMException("aborted", "AbortError");
        if (answer.id) setView({ phase: "sent", progress: { sent: chosen.size, total: chosen.size, rate: 0 }, problem: undefined });
        else setView({ phase: "idle", progress: undefined, problem: undefined });
        return answer.id;
      },
      (error) => {
        if (stop.signal.aborted) throw error;
        setView((before) => ({ ...before, phase: "failed", problem: asProblem(error) }));
        throw error;
      },
    );
    done.catch(() => undefined);
    travel.current = { file: chosen, key, stop, done };
  };

  useEffect(() => {
    importKey.current = freshKey();
    if (!file) {
      setView({ phase: "idle", progress: undefined, problem: undefined });
      return undefined;
    }
    send(file, freshKey());
    return () => travel.current?.stop.abort();
  }, [file]);

  const start = async (settings: ImportSettings): Promise<Import> => {
    const now = travel.current;
    if (!now || !file) throw new Error("no file is chosen");
    const upload = await now.done;
    if (upload) return api.announceImport({ ...settings, source: { upload } }, importKey.current);
    const announced = await api.announceImport(settings, importKey.current);
    setView({ phase: "sending", progress: { sent: 0, total: file.size, rate: 0 }, problem: undefined });
    try {
      const value = await sendFile<Import>("PUT", api.contentUrl(announced.id), file, {
        key: importKey.current,
        signal: now.stop.signal,
        onProgress: (progress) => setView((before) => ({ ...before, progress })),
      });
      setView({ phase: "sent", progress: { sent: file.size, total: file.size, rate: 0 }, problem: undefined });
      return value ?? announced;
    } catch (error) {
      setView((before) => ({ ...before, phase: "failed", problem: asProblem(error) }));
      throw error;
    }
  };
  const retry = () => {
    if (file && travel.current) send(file, travel.current.key);
  };
  return { ...view, retry, start };
}
