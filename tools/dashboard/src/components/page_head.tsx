import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { flat } from "../lib/hostile";

/** Path, title, state, facts, actions: the same place on every page. `name` becomes the tab's title. */
export function PageHead({
  crumbs,
  title,
  name,
  state,
  facts,
  actions,
}: {
  crumbs?: ComponentChildren;
  title: ComponentChildren;
  name: string;
  state?: ComponentChildren;
  facts?: ComponentChildren;
  actions?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${flat(name, 80)} · Pulter`;
  }, [name]);
  return (
    <header class={`page-head ${crumbs ? "of-one" : ""}`}>
      <div class="grow">
        {crumbs && (
          <nav class="crumbs" aria-label="Path">
            {crumbs}
          </nav>
        )}
        <div class="title-line">
          <h1>{title}</h1>
          {state}
        </div>
        {facts && <div class="facts">{facts}</div>}
      </div>
      {actions && <div class="page-actions">{actions}</div>}
    </header>
  );
}
