import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count } from "../lib/format";
import { toProblem } from "../lib/http";
import type { Problem } from "../../api";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { ProblemBox } from "./problem";

const typedAbove = 100;
/** The number that has to be typed before so many of something are touched; undefined where they are few. */
export const typedNumber = (n: number | undefined): number | undefined => (n !== undefined && n > typedAbove ? n : undefined);

/**
 * Asks before something that cannot be taken back. `number` given: it has to be typed. Enter confirms only where the
 * button has the focus; Esc cancels.
 */
export function Confirm({
  title,
  verb,
  children,
  warning,
  number,
  danger = false,
  waits = false,
  onConfirm,
  onClose,
}: {
  title: string;
  verb: string;
  children?: ComponentChildren;
  warning?: ComponentChildren;
  number?: number;
  danger?: boolean;
  /** What it would do is still being counted. */
  waits?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const matches = number === undefined || typed.replace(/[,\s]/g, "") === String(number);
  const confirm = async () => {
    if (busy || waits || !matches) return;
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {warning && (
        <div class="note warn">
          <Icon name="warning" />
          <div class="grow">{warning}</div>
        </div>
      )}
      {problem && <ProblemBox problem={problem} />}
      {number !== undefined && (
        <label class="field">
          <span>Type {count(number)} to confirm</span>
          <input
            data-first
            class="input short"
            inputMode="numeric"
            autocomplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel<kbd>Esc</kbd>
        </button>
        <button
          type="button"
          class={`button ${danger ? "danger-fill" : "primary"}`}
          disabled={!matches || waits}
          aria-busy={busy || undefined}
          onClick={confirm}
        >
          {verb}
        </button>
      </div>
    </Dialog>
  );
}
