import { useState } from "preact/hooks";
import { zone } from "../lib/format";
import { fromInput, sinceOptions, sinceWords, toInput, untilWords } from "../lib/since";
import { Dialog } from "./dialog";
import { FilterChip } from "./filter_chip";

export interface TimeSpan {
  since: string | undefined;
  until: string | undefined;
}

const choose = "choose";
const chooseOption = { value: choose, text: "choose times…" };

function TimesDialog({ value, onChange, onClose }: { value: TimeSpan; onChange: (value: TimeSpan) => void; onClose: () => void }) {
  const [since, setSince] = useState(toInput(value.since));
  const [until, setUntil] = useState(toInput(value.until));
  const backwards = !!since && !!until && Date.parse(since) >= Date.parse(until);
  const submit = (event: Event) => {
    event.preventDefault();
    if (backwards) return;
    onChange({ since: fromInput(since), until: fromInput(until) });
    onClose();
  };
  return (
    <Dialog title="From when until when?" onClose={onClose}>
      <form onSubmit={submit}>
        <p>By the time at which it was made, in the zone of this browser ({zone(new Date())}). Either may stay empty.</p>
        <label class="field">
          <span>From</span>
          <input data-first class="input middle" type="datetime-local" step={1} value={since} onInput={(event) => setSince(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>Until</span>
          <input
            class="input middle"
            type="datetime-local"
            step={1}
            value={until}
            aria-invalid={backwards ? "true" : undefined}
            onInput={(event) => setUntil(event.currentTarget.value)}
          />
          {backwards && <span class="field-error">It has to be later than From.</span>}
        </label>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel<kbd>Esc</kbd>
          </button>
          <button type="submit" class="button primary" disabled={backwards}>
            Filter
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A span of time: how far back, or from when until when; the end has a chip of its own where there is one. */
export function TimeChips({ label, value, onChange }: { label: string; value: TimeSpan; onChange: (value: TimeSpan) => void }) {
  const { since, until } = value;
  const [asking, setAsking] = useState(false);
  const known = !since || sinceOptions.some((each) => each.value === since);
  return (
    <>
      <FilterChip
        label={label}
        value={since}
        options={[...(known ? [] : [{ value: since as string, text: sinceWords(since as string) }]), ...sinceOptions, chooseOption]}
        onChange={(next) => (next === choose ? setAsking(true) : onChange({ since: next, until: next ? undefined : until }))}
      />
      {until && (
        <FilterChip
          label="Until"
          any="now"
          value={until}
          options={[{ value: until, text: untilWords(until) }, chooseOption]}
          onChange={(next) => (next === choose ? setAsking(true) : onChange({ since, until: undefined }))}
        />
      )}
      {asking && <TimesDialog value={value} onChange={onChange} onClose={() => setAsking(false)} />}
    </>
  );
}
