import { useEffect, useRef } from "preact/hooks";
import { flat } from "../lib/hostile";
import { Icon } from "./icons";
import { Text } from "./text";

export interface Option {
  value: string;
  text: string;
}

/** A filter and its value; the browser's own list opens on it. ✕ drops the filter. */
export function FilterChip({
  label,
  value,
  options,
  onChange,
  any = "any",
  bare = false,
}: {
  label: string;
  value: string | undefined;
  options: Option[];
  onChange: (value: string | undefined) => void;
  any?: string;
  /** Only the value shows: what it is stands beside it. */
  bare?: boolean;
}) {
  const known = options.find((option) => option.value === value);
  const select = useRef<HTMLSelectElement>(null);
  const drop = () => {
    // The ✕ goes with the filter: the focus stays with the chip.
    select.current?.focus();
    onChange(undefined);
  };
  return (
    <div class={`chip ${value ? "active" : ""}`}>
      <label>
        {!bare && <span class="chip-label">{label}</span>} <span class="chip-value">
          <Text value={known?.text ?? value ?? any} />
        </span>
        <select
          ref={select}
          aria-label={label}
          value={value ?? ""}
          onChange={(event) => {
            const chosen = event.currentTarget.value || undefined;
            // Shows what is filtered by, not what was asked for: a choice may open a question first.
            event.currentTarget.value = value ?? "";
            onChange(chosen);
          }}
        >
          <option value="">{any}</option>
          {value && !known && <option value={value}>{flat(value)}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {flat(option.text)}
            </option>
          ))}
        </select>
      </label>
      {value ? (
        <button type="button" class="chip-clear" aria-label={`Drop the filter ${label}`} onClick={drop}>
          <Icon name="close" size={13} />
        </button>
      ) : (
        <Icon name="down" size={13} />
      )}
    </div>
  );
}

/** Search by words; what was typed goes into the address after a short rest. */
export function SearchBox({
  label,
  value,
  onChange,
  shortcut,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  shortcut?: string;
}) {
  const timer = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  // What was dropped elsewhere leaves the box; what is being typed is never touched.
  useEffect(() => {
    if (input.current && input.current !== document.activeElement) input.current.value = value;
  }, [value]);
  return (
    <label class="search">
      <Icon name="search" size={14} />
      <input
        ref={input}
        type="search"
        id="search"
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        onInput={(event) => {
          const text = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => onChange(text.trim()), 250);
        }}
      />
      {shortcut && <kbd>{shortcut}</kbd>}
    </label>
  );
}
