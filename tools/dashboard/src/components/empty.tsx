import type { ComponentChildren } from "preact";

/** What this is, in one sentence, and up to three numbered steps with their button or command. */
export function Empty({
  title,
  children,
  steps,
}: {
  title: string;
  children: ComponentChildren;
  steps?: { title: string; text: ComponentChildren; action?: ComponentChildren }[];
}) {
  return (
    <section class="card empty">
      <h2>{title}</h2>
      <p class="muted">{children}</p>
      {steps && (
        <ol>
          {steps.map((step, index) => (
            <li key={step.title}>
              <span class="step-number" aria-hidden="true">
                {index + 1}
              </span>
              <div class="grow">
                <strong>{step.title}</strong>
                <div class="muted">{step.text}</div>
              </div>
              {step.action}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
