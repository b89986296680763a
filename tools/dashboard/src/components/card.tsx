import type { ComponentChildren } from "preact";

export function Card({
  title,
  hint,
  action,
  children,
  flush = false,
  class: extra = "",
}: {
  title?: ComponentChildren;
  hint?: ComponentChildren;
  action?: ComponentChildren;
  children?: ComponentChildren;
  /** The content reaches the edges: tables, code. */
  flush?: boolean;
  class?: string;
}) {
  return (
    <section class={`card ${flush ? "flush" : ""} ${extra}`}>
      {title && (
        <header class="card-head">
          <h2>{title}</h2>
          {hint && <span class="muted hint">{hint}</span>}
          {action && <div class="card-action">{action}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
