import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

const icons: Record<string, IconName> = { bad: "halted", warn: "warning", info: "info", ok: "delivered" };

/** The cause and, at its right, the one next step. */
export function Note({
  tone,
  children,
  action,
}: {
  tone: "bad" | "warn" | "info" | "ok";
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class={`note ${tone}`}>
      <Icon name={icons[tone] as IconName} />
      <div class="grow">{children}</div>
      {action && <div class="note-action">{action}</div>}
    </div>
  );
}
