import type { ComponentChildren } from "preact";

/** Tabs after the WAI-ARIA pattern: one tab stop, arrows move. The caller shows the panel with `panelOf(id)`. */
export function Tabs({
  id,
  label,
  value,
  options,
  onChange,
  end,
}: {
  id: string;
  label: string;
  value: string;
  options: { value: string; text: string }[];
  onChange: (value: string) => void;
  end?: ComponentChildren;
}) {
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    const next = options[(at + step + options.length) % options.length];
    if (!next) return;
    onChange(next.value);
    document.getElementById(`${id}-${next.value}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {options.map((option) => (
          <button
            type="button"
            role="tab"
            key={option.value}
            id={`${id}-${option.value}`}
            aria-selected={option.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={option.value === value ? 0 : -1}
            onClick={() => onChange(option.value)}
          >
            {option.text}
          </button>
        ))}
      </div>
      {end && <div class="tabs-end">{end}</div>}
    </div>
  );
}

export const panelOf = (id: string, value: string) =>
  ({ role: "tabpanel", id: `${id}-panel`, "aria-labelledby": `${id}-${value}`, tabIndex: 0 }) as const;
