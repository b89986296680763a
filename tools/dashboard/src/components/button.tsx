import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { keysOn } from "../lib/keys";
import { session } from "../lib/http";
import { showProblem } from "./toast";
import { Icon, type IconName } from "./icons";

interface Props {
  children: ComponentChildren;
  onClick: () => unknown;
  icon?: IconName;
  shortcut?: string;
  kind?: "plain" | "primary" | "danger" | "quiet";
  disabled?: boolean;
  /** Why it cannot be pressed; stands in the title. */
  reason?: string;
  /** It sends, stops or deletes: needs more than the scope `read`. */
  changes?: boolean;
  label?: string;
  class?: string;
}

export const mayChange = (): boolean => !session.value || session.value.scope === "admin";
export const readOnlyReason = (): string => `This token has the scope ${session.value?.scope ?? "read"}: it may look, not change.`;

/** Shows that it is working until the daemon answered; a second press does nothing. */
export function Button(props: Props) {
  const [busy, setBusy] = useState(false);
  const forbidden = props.changes && !mayChange();
  const press = async () => {
    if (busy || props.disabled || forbidden) return;
    setBusy(true);
    try {
      await props.onClick();
    } catch (error) {
      showProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      class={`button ${props.kind ?? "plain"} ${props.class ?? ""}`}
      disabled={props.disabled || forbidden}
      aria-busy={busy || undefined}
      aria-label={props.label}
      title={forbidden ? readOnlyReason() : props.reason}
      onClick={press}
    >
      {props.icon && <Icon name={props.icon} size={14} />}
      {props.children}
      {props.shortcut && keysOn.value && <kbd>{props.shortcut}</kbd>}
    </button>
  );
}
