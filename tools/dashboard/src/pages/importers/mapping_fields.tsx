import { Icon } from "../../components/icons";

export type Pair = [header: string, key: string];

export function pairsOf(pairs: Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([header, key]) => header !== "" && key.trim() !== "").map(([header, key]) => [header, key.trim()]));
}

export function MappingFields({ pairs, onChange, error }: { pairs: Pair[]; onChange: (pairs: Pair[]) => void; error?: string }) {
  const shown: Pair[] = [...pairs, ["", ""]];
  const set = (at: number, pair: Pair) => {
    const next = shown.with(at, pair);
    onChange(next.filter(([header, key], index) => header || key || index < pairs.length));
  };
  return (
    <>
      {shown.map(([header, key], index) => (
        <div class="row pair" key={index}>
          <input
            class="input mono"
            aria-label={`Header ${index + 1}`}
            placeholder="First Name"
            value={header}
            onInput={(event) => set(index, [event.currentTarget.value, key])}
          />
          <span class="muted" aria-hidden="true">
            →
          </span>
          <input
            class="input mono"
            aria-label={`Key ${index + 1}`}
            placeholder="first_name"
            value={key}
            onInput={(event) => set(index, [header, event.currentTarget.value])}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove pair ${index + 1}`}
            disabled={index >= pairs.length}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
      {error && <span class="field-error">{error}</span>}
    </>
  );
}
